//! The keeper's thread over a real folder: what holds up one content holds up nothing else.
//!
//! In: a station folder, and a stored copy that cannot be read or never ends. Out: the news that come all the same.

use std::fs::{self, File};
use std::os::unix::fs::symlink;

use tempfile::TempDir;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::*;

const PROGRAMME: &str = "[[programme]]\nid = \"sang\"\ntitle = \"Sáng\"\ncron = \"0 5 * * *\"\nwindow = \"45m\"\n";

/// A station folder whose programme airs `a.wav`, then `b.wav`, both known to the database.
struct Place {
    folder: TempDir,
    content: ContentStore,
    files: Vec<FileState>,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["audio", "schedules"] {
            fs::create_dir(at(name)).unwrap();
        }
        fs::write(at("loa.toml"), "[station]\nname = \"Đài\"\ntimezone = \"Asia/Ho_Chi_Minh\"\n").unwrap();
        let items = "[[programme.item]]\nfile = \"a.wav\"\n[[programme.item]]\nfile = \"b.wav\"\n";
        fs::write(at("schedules/1.toml"), format!("{PROGRAMME}{items}")).unwrap();
        for (name, length) in [("a.wav", 800), ("b.wav", 1600)] {
            let spec = hound::WavSpec {
                channels: 1,
                sample_rate: 8000,
                bits_per_sample: 16,
                sample_format: hound::SampleFormat::Int,
            };
            let mut wav = hound::WavWriter::create(at("audio").join(name), spec).unwrap();
            (0..length).for_each(|sample| wav.write_sample(sample as i16).unwrap());
            wav.finalize().unwrap();
        }
        let content = ContentStore::open(&at("content")).unwrap();
        let mut files = Files::new(at("audio"), content.clone(), Vec::new(), Vec::new());
        let files = files.scan(&["a.wav".to_owned(), "b.wav".to_owned()]).changed;
        Self { folder, content, files }
    }

    /// Puts something else in the place of the stored copy of `a.wav`.
    fn replace_a_by(&self, other: &Path) {
        let stored = self.content.path_of(&self.files[0].sha256);
        fs::remove_file(&stored).unwrap();
        symlink(other, stored).unwrap();
    }

    fn keeper(&self) -> (Keeper, UnboundedReceiver<News>) {
        let config = Config::load(&self.folder.path().join("loa.toml")).unwrap();
        let schedule = settings::look(&config, None).schedule.unwrap();
        let (files, clock) = (self.files.clone(), Clock::system());
        let (tell, told) = unbounded_channel();
        let start = Start { config, schedule, files, verdicts: Vec::new(), clock };
        (Keeper::start(self.content.clone(), start, tell).unwrap(), told)
    }
}

async fn next(news: &mut UnboundedReceiver<News>) -> News {
    let next = tokio::time::timeout(Duration::from_secs(10), news.recv()).await;
    next.expect("news within 10 s").expect("the keeper lives")
}

#[tokio::test]
async fn a_content_that_cannot_be_read_holds_up_no_other() {
    let place = Place::new();
    // Reading its first byte is an input/output error, as on a dying disk.
    place.replace_a_by(Path::new("/proc/self/mem"));
    let (_keeper, mut news) = place.keeper();
    loop {
        match next(&mut news).await {
            News::Verdict(verdict) => {
                let length = verdict.verdict.map(|measures| measures.duration_ms);
                assert_eq!((&verdict.sha256, length), (&place.files[1].sha256, Ok(200)));
                return;
            }
            News::Remark(remark) => assert!(matches!(remark, Remark::NotChecked(..)), "{remark:?}"),
            _ => {}
        }
    }
}

/// An endless file, until this is dropped.
struct Endless(File);

impl Drop for Endless {
    fn drop(&mut self) {
        self.0.set_len(0).unwrap();
    }
}

#[tokio::test]
async fn a_change_does_not_wait_for_a_long_decode() {
    let place = Place::new();
    let long = place.folder.path().join("long");
    let endless = Endless(File::create(&long).unwrap());
    endless.0.set_len(1 << 40).unwrap();
    place.replace_a_by(&long);
    let (_keeper, mut news) = place.keeper();
    assert!(matches!(next(&mut news).await, News::Library { .. }), "the keeper is at work");
    let changed = place.folder.path().join("schedules/1.toml");
    fs::write(changed, format!("{PROGRAMME}[[programme.item]]\nfile = \"b.wav\"\n")).unwrap();
    loop {
        if let News::Schedule { schedule, .. } = next(&mut news).await {
            assert_eq!(schedule.programmes[0].items.len(), 1);
            return;
        }
    }
}
