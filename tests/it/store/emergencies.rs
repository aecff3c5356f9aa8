//! Emergencies over power losses: what has not been brought to its end is remembered, whichever repeat it is.

use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use loa::airing::{Airing, AiringId, Kind, Outcome, Reason};
use loa::clock::Clock;
use loa::desk::Record;

use super::{aired, commit, open, open_in_boot, progress};

/// The `repeat`-th airing of an emergency.
fn emergency(at: DateTime<Utc>, repeat: u32) -> Airing {
    Airing {
        airing: AiringId::act("emergency", at, repeat),
        kind: Kind::Emergency,
        scheduled_at: at.fixed_offset(),
        started_at: None,
        ended_at: None,
        outcome: None,
        ..aired(0)
    }
}

fn intent(airing: &Airing) -> Record {
    Record::Intent(Box::new(airing.clone()))
}

fn sounding(airing: &Airing, started_at: DateTime<Utc>) -> Record {
    let Record::Progress { start_error_us, measured, .. } = progress(0, 400) else { unreachable!() };
    let (airing, attempt) = (airing.airing.clone(), airing.attempt);
    Record::Progress { airing, attempt, started_at, start_error_us, measured }
}

fn ended(airing: &Airing, outcome: Outcome, reason: Option<Reason>) -> Record {
    let (started_at, ended_at) = (Some(airing.scheduled_at), Some(airing.scheduled_at + TimeDelta::seconds(8)));
    Record::Row(Box::new(Airing { outcome: Some(outcome), reason, started_at, ended_at, ..airing.clone() }))
}

/// Airing and attempt of each open emergency after a power loss.
async fn open_after_power_loss(folder: &Path, boot: &str) -> Vec<(AiringId, u32)> {
    let opened = open_in_boot(folder, boot).await;
    opened.store.close().await;
    opened.remembered.open_emergencies.into_iter().map(|(airing, _)| (airing.airing, airing.attempt)).collect()
}

#[tokio::test]
async fn an_emergency_that_was_cut_is_remembered_until_it_ends() {
    let folder = tempfile::tempdir().unwrap();
    let now = Clock::system().now().wall;
    let emergency = emergency(now, 1);
    let store = open(folder.path()).await.store;
    commit(&store, intent(&emergency)).await;
    store.close().await;
    // Twice: a second power loss before it starts must not lose it.
    for boot in ["boot-2", "boot-3"] {
        assert_eq!(open_after_power_loss(folder.path(), boot).await, [(emergency.airing.clone(), 1)]);
    }
    let store = open(folder.path()).await.store;
    commit(&store, sounding(&emergency, now)).await;
    store.close().await;
    for boot in ["boot-4", "boot-5"] {
        let opened = open_in_boot(folder.path(), boot).await;
        let (open, alive_at) = &opened.remembered.open_emergencies[0];
        assert_eq!((open.reason, open.aired_ms), (Some(Reason::PowerLoss), 400));
        assert_eq!(alive_at.timestamp_micros(), (now + TimeDelta::milliseconds(403)).timestamp_micros());
        opened.store.close().await;
    }
    // The next attempt takes the place of the one that was cut.
    let again = Airing { attempt: 2, ..emergency };
    let store = open(folder.path()).await.store;
    commit(&store, intent(&again)).await;
    store.close().await;
    assert_eq!(open_after_power_loss(folder.path(), "boot-6").await, [(again.airing.clone(), 2)]);
    let store = open(folder.path()).await.store;
    commit(&store, ended(&again, Outcome::Aired, None)).await;
    store.close().await;
    assert_eq!(open_after_power_loss(folder.path(), "boot-7").await, []);
}

#[tokio::test]
async fn every_repeat_and_every_second_emergency_is_remembered_in_its_order() {
    let folder = tempfile::tempdir().unwrap();
    let now = Clock::system().now().wall;
    let first = now - TimeDelta::minutes(10);
    let store = open(folder.path()).await.store;
    commit(&store, intent(&emergency(now, 1))).await;
    for repeat in 1..=12 {
        commit(&store, intent(&emergency(first, repeat))).await;
    }
    commit(&store, ended(&emergency(first, 1), Outcome::Aired, None)).await;
    commit(&store, sounding(&emergency(first, 2), first)).await;
    store.close().await;
    let of_first = (2..=12).map(|repeat| (AiringId::act("emergency", first, repeat), 1));
    let wanted: Vec<_> = of_first.chain([(AiringId::act("emergency", now, 1), 1)]).collect();
    assert_eq!(open_after_power_loss(folder.path(), "boot-2").await, wanted);
    // Once more, now that the second repeat is a row of the log.
    assert_eq!(open_after_power_loss(folder.path(), "boot-3").await, wanted);
}

#[tokio::test]
async fn an_emergency_of_long_ago_does_not_come_back_and_no_more_than_32_do() {
    let folder = tempfile::tempdir().unwrap();
    let now = Clock::system().now().wall;
    let store = open(folder.path()).await.store;
    let long_ago = emergency(now - TimeDelta::days(40), 1);
    commit(&store, ended(&long_ago, Outcome::Interrupted, Some(Reason::PowerLoss))).await;
    for repeat in 1..=40 {
        commit(&store, intent(&emergency(now, repeat))).await;
    }
    store.close().await;
    let wanted: Vec<_> = (1..=32).map(|repeat| (AiringId::act("emergency", now, repeat), 1)).collect();
    assert_eq!(open_after_power_loss(folder.path(), "boot-2").await, wanted);
}
