//! Orders of people: answered here if they only ask, taken in first if they name a file, else given to the desk.
//!
//! In: requests of the socket. Out: events for the desk, answers for people when the desk has decided. A file is hashed,
//! stored and checked off the loop, so that no order makes another wait. Next: `desk`.

use std::path::PathBuf;

use tokio::sync::oneshot;

use super::Station;
use crate::control::{Answer, Asked, Order};
use crate::desk::{Act, Actor, Event, RequestId};
use crate::rundown::Audio;

impl Station {
    pub(super) fn reply(&mut self, request: RequestId, answer: Result<String, String>) {
        if let Some(at) = self.requests.iter().position(|(each, _)| *each == request) {
            let (_, waiting) = self.requests.swap_remove(at);
            // A caller that has gone away gets no answer; the act stands.
            let _ = waiting.send(answer.map_or_else(Answer::Refused, Answer::Done));
        }
    }

    /// An order of a person: answered here if it only asks, taken in first if it names a file, else given to the desk.
    pub(super) fn take_order(&mut self, asked: Asked) -> Option<Event> {
        let Asked { order, by, answer } = asked;
        if let Some(why) = order.fault() {
            let _ = answer.send(Answer::Refused(why));
            return None;
        }
        let actor = |why| Actor { by, via: "cli".to_owned(), why };
        let (act, actor) = match order {
            Order::Status => {
                let _ = answer.send(Answer::Status(Box::new(self.status())));
                return None;
            }
            Order::Stop { why } => (Act::Stop, actor(why)),
            Order::Skip { why } => (Act::Skip, actor(why)),
            Order::Air { path, emergency, repeat, why } => {
                self.take_in_file(path, emergency, repeat, actor(why), answer);
                return None;
            }
        };
        Some(Event::Act(self.ask(answer), act, actor))
    }

    fn ask(&mut self, answer: oneshot::Sender<Answer>) -> RequestId {
        self.next_request += 1;
        let request = RequestId(self.next_request);
        self.requests.push((request, answer));
        request
    }

    /// Stores and checks a file off the loop; then the desk hears of the act, or the person of the fault.
    fn take_in_file(
        &mut self,
        path: PathBuf,
        emergency: bool,
        repeat: u32,
        actor: Actor,
        answer: oneshot::Sender<Answer>,
    ) {
        let content = self.keeper.content().clone();
        let (take_in, measured) = (self.ingested_tell.clone(), self.ingested_tell.clone());
        let (checked, waiting) = oneshot::channel();
        let request = self.ask(answer);
        let title = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
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
            let event = match waiting.await {
                Ok(Ok((path, content))) => {
                    let audio = Audio { file: Some(path.display().to_string()), content: Some(content) };
                    Event::Act(request, Act::Air { audio, title, emergency, repeat }, actor)
                }
                Ok(Err(fault)) => {
                    Event::Act(request, Act::Unplayable(format!("`{title}`: {fault}; nothing airs")), actor)
                }
                Err(_) => Event::Act(request, Act::Unplayable(format!("`{title}` could not be read")), actor),
            };
            let _ = take_in.send(event);
        });
    }
}
