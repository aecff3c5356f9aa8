//! Orders of people: answered here if they only ask, taken in first if they name audio, else given to the desk.
//!
//! In: requests of the socket. Out: events for the desk, answers for people when the desk has decided. A file is hashed,
//! stored and checked off the loop, a bulletin looked up there, so that no order makes another wait. Next: `desk`.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::Station;
use super::keeper::News;
use super::shelf_watch::Found;
use crate::bulletin::Bulletin;
use crate::control::{Answer, Asked, Order};
use crate::desk::{Act, Actor, Done, Event, Refusal, RequestId};
use crate::language::Language;
use crate::library::{ClipError, ContentStore};
use crate::rundown::{Audio, Content};

impl Station {
    pub(super) fn reply(&mut self, request: RequestId, answer: Result<Done, Refusal>) {
        if let Some(at) = self.requests.iter().position(|(each, ..)| *each == request) {
            let (_, language, waiting) = self.requests.swap_remove(at);
            let said = match answer {
                Ok(done) => Answer::Done(done.say(language)),
                Err(refusal) => Answer::Refused(refusal.say(language)),
            };
            // A caller that has gone away gets no answer; the act stands.
            let _ = waiting.send(said);
        }
    }

    /// An order of a person: answered here if it only asks, taken in first if it names a file, else given to the desk.
    pub(super) fn take_order(&mut self, asked: Asked) -> Option<Event> {
        let Asked { order, by, via, language, answer } = asked;
        if let Some(why) = order.fault() {
            let _ = answer.send(Answer::Refused(why));
            return None;
        }
        if let Order::Stop { seen: Some(seen), .. } | Order::Skip { seen: Some(seen), .. } = &order
            && let Some(refusal) = self.desk.moved_on(seen, self.clock.now())
        {
            let _ = answer.send(Answer::Refused(refusal.say(language)));
            return None;
        }
        let actor = |why| Actor { by, via: via.to_owned(), why };
        let answer = (language, answer);
        let (act, actor) = match order {
            Order::Status => {
                let _ = answer.1.send(Answer::Status(Box::new(self.status())));
                return None;
            }
            Order::Stop { why, .. } => (Act::Stop, actor(why)),
            Order::Skip { why, .. } => (Act::Skip, actor(why)),
            Order::Tone { why } => {
                self.take_in_tone(actor(why), answer);
                return None;
            }
            Order::Air { path, title, emergency, repeat, why } => {
                self.take_in_file((path, title), Wish { emergency, repeat, actor: actor(why) }, answer);
                return None;
            }
            Order::AirBulletin { number, emergency, repeat, why } => {
                return self.take_in_bulletin(number, Wish { emergency, repeat, actor: actor(why) }, answer);
            }
        };
        Some(Event::Act(self.ask(answer), act, actor))
    }

    fn ask(&mut self, (language, answer): Asker) -> RequestId {
        self.next_request += 1;
        let request = RequestId(self.next_request);
        self.requests.push((request, language, answer));
        request
    }

    /// Stores and checks a file off the loop; then the desk hears of the act, or the person of the fault.
    fn take_in_file(&mut self, (path, title): (PathBuf, Option<String>), wish: Wish, answer: Asker) {
        let content = self.keeper.content().clone();
        let measured = self.ingested_tell.clone();
        let (checked, waiting) = oneshot::channel();
        let (request, way) = (self.ask(answer), self.way(&wish));
        let name = || path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let title = title.unwrap_or_else(name);
        let emergency = wish.emergency;
        tokio::task::spawn_blocking(move || {
            let taken = content.ingest(&path).and_then(|ingested| {
                // In an emergency what can be heard of a damaged file is better than nothing, and it must not wait.
                if !emergency {
                    let verified = content.verify(&ingested.content.sha256)?;
                    let (sha256, verdict) = (ingested.content.sha256.clone(), Ok(verified.measures));
                    // Before the act: by it the desk knows how loud it is.
                    let _ = measured.send(Event::Verdict { sha256, verdict });
                }
                Ok(ingested.content)
            });
            let _ = checked.send(taken.map(|content| (path, content)));
        });
        tokio::spawn(async move {
            let act = match waiting.await {
                Ok(Ok((path, content))) => {
                    let audio = Audio { file: Some(path.display().to_string()), content: Some(content) };
                    wish.air(audio, title, None)
                }
                Ok(Err(fault)) => Act::Unplayable(unplayable(title, &fault)),
                Err(_) => Act::Unplayable(Refusal::FileUnread(title)),
            };
            way.go(request, act, wish.actor).await;
        });
    }

    /// Stores the test tone off the loop; then the desk hears of the act.
    fn take_in_tone(&mut self, actor: Actor, answer: Asker) {
        let (content, events) = (self.keeper.content().clone(), self.ingested_tell.clone());
        let title = self.language.pick("Âm thử loa", "Test tone").to_owned();
        let request = self.ask(answer);
        tokio::task::spawn_blocking(move || {
            let act = match content.test_tone() {
                Ok(tone) => Act::Tone { audio: Audio { file: None, content: Some(tone.content) }, title },
                Err(fault) => Act::Unplayable(unplayable(title, &fault)),
            };
            // A station that has closed meanwhile hears nothing.
            let _ = events.send(Event::Act(request, act, actor));
        });
    }

    /// Looks a bulletin up off the loop. An emergency takes what is known already: it must not wait for a database.
    fn take_in_bulletin(&mut self, number: i64, wish: Wish, answer: Asker) -> Option<Event> {
        let request = self.ask(answer);
        let known = self.lookout.shelf.bulletins.get(&number).filter(|_| wish.emergency).cloned();
        if let Some((bulletin, content)) = known.and_then(|known| known.content.clone().map(|content| (known, content)))
        {
            return Some(Event::Act(request, wish.air_bulletin(bulletin, content), wish.actor));
        }
        let (way, found) = (self.way(&wish), self.watches.shelf.look(Some(number)));
        let (content, measured) = (self.keeper.content().clone(), self.ingested_tell.clone());
        tokio::spawn(async move {
            let found = tokio::time::timeout(LONGEST_LOOK, found).await;
            let found = found.map_or_else(
                |_| Err("it takes too long".to_owned()),
                |found| found.unwrap_or_else(|_| Err("the station is shutting down".to_owned())),
            );
            let act = match sound(number, found) {
                Err(why) => Act::Unplayable(why),
                Ok((bulletin, sound)) if wish.emergency => wish.air_bulletin(bulletin, sound),
                Ok((bulletin, sound)) => match judged(&content, &sound).await {
                    Some(verdict) => {
                        // Before the act: by it the desk knows how loud it is.
                        let _ = measured.send(verdict);
                        wish.air_bulletin(bulletin, sound)
                    }
                    None => Act::Unplayable(Refusal::SoundLost(number, bulletin.title)),
                },
            };
            way.go(request, act, wish.actor).await;
        });
        None
    }

    /// How what was taken in comes to the desk.
    fn way(&self, wish: &Wish) -> Way {
        if wish.emergency {
            return Way::AtOnce(self.ingested_tell.clone());
        }
        Way::ByNewestApprovals(self.watches.shelf.look(None), self.news_tell.clone())
    }
}

/// A database that does not answer for so long does not answer.
const LONGEST_LOOK: Duration = Duration::from_secs(5);

/// The sound of a bulletin that was looked up, or why it has none.
fn sound(number: i64, found: Found) -> Result<(Bulletin, Content), Refusal> {
    let found = found.map_err(|why| Refusal::BulletinUnread(number, why))?;
    let bulletin = found.ok_or(Refusal::NoBulletin(number))?;
    match bulletin.content.clone() {
        Some(content) => Ok((bulletin, content)),
        None => Err(Refusal::NoSound(number, bulletin.title)),
    }
}

fn unplayable(title: String, fault: &ClipError) -> Refusal {
    Refusal::File { title, fault: fault.to_string(), reason: fault.reason() }
}

/// Whoever asked: the language of the answer, and where it goes.
type Asker = (Language, oneshot::Sender<Answer>);

/// What the full decode says of a sound; `None` if it cannot be played from end to end.
async fn judged(content: &ContentStore, sound: &Content) -> Option<Event> {
    let (content, sha256) = (content.clone(), Arc::clone(&sound.sha256));
    let decoded = tokio::task::spawn_blocking(move || {
        let verified = content.verify(&sha256).ok()?;
        Some(Event::Verdict { sha256, verdict: Ok(verified.measures) })
    });
    decoded.await.ok().flatten()
}

/// What a person wants on the air.
struct Wish {
    emergency: bool,
    repeat: u32,
    actor: Actor,
}

impl Wish {
    fn air(&self, audio: Audio, title: String, bulletin: Option<Box<Bulletin>>) -> Act {
        Act::Air { audio, title, bulletin, emergency: self.emergency, repeat: self.repeat }
    }

    fn air_bulletin(&self, bulletin: Bulletin, content: Content) -> Act {
        let audio = Audio { file: None, content: Some(content) };
        self.air(audio, bulletin.title.clone(), Some(Box::new(bulletin)))
    }
}

/// How an act comes to the desk that was taken in off the loop.
enum Way {
    /// Nothing is waited for.
    AtOnce(mpsc::UnboundedSender<Event>),
    /// After the approvals that are in force now: somebody has just given one.
    ByNewestApprovals(oneshot::Receiver<Found>, mpsc::UnboundedSender<News>),
}

impl Way {
    async fn go(self, request: RequestId, act: Act, actor: Actor) {
        match self {
            Self::AtOnce(events) => drop(events.send(Event::Act(request, act, actor))),
            Self::ByNewestApprovals(looked, news) => {
                // What cannot be read is judged by what was read last.
                let _ = tokio::time::timeout(LONGEST_LOOK, looked).await;
                let _ = news.send(News::Act(request, act, actor));
            }
        }
    }
}
