//! Problems of what is queued, in both languages.
//!
//! In: a typed reason. Out: a message and an advice, as `english` and `vietnamese` give them for all other reasons. Next:
//! `english`.

use super::Said;
use super::english::listed;
use super::what::QueueFault;
use crate::schedule::text::span_text;

pub(super) fn english(fault: &QueueFault) -> Said {
    match fault {
        QueueFault::UnknownProgramme(found, known, near) => Said::with(
            format!("no programme has the id `{found}`"),
            match near {
                Some(near) => format!("did you mean `{near}`? allowed: {}", listed(known)),
                None => format!("allowed: {}", listed(known)),
            },
        ),
        QueueFault::NoQueueItem(programme) => Said::with(
            format!("the programme `{programme}` draws nothing from the queue"),
            "give it an item `queue = { up_to = \"15m\" }`, or leave `--programme` out",
        ),
        QueueFault::NoQueueItems => Said::with(
            "no programme draws anything from the queue",
            "give one of them an item `queue = { up_to = \"15m\" }`",
        ),
        QueueFault::WaitsAlready(entry, programme) => Said::with(
            format!("the bulletin waits already, as entry {entry} for {}", for_english(programme.as_ref())),
            format!("`loa queue remove {entry}` takes that one out"),
        ),
        QueueFault::FromAfterUntil(from, until) => {
            Said::plain(format!("the first day {from} is after the last day {until}"))
        }
        QueueFault::Past(until) => Said::plain(format!("the last day {until} is over")),
        QueueFault::NoFit(themes) => Said::with(
            format!("no queue item asks for {}", themes_english(themes)),
            "it is drawn as soon as one does; a queue item without `themes` takes any",
        ),
        QueueFault::NotApproved(number) => Said::with(
            "the bulletin is not approved yet and is not drawn before it is",
            format!("`loa bulletin approve {number} --by NAME`"),
        ),
        QueueFault::TooLong(length_ms, most_ms) => Said::with(
            format!("the bulletin lasts {}, queue items hold {} at most", span_text(*length_ms), span_text(*most_ms)),
            "a larger `up_to` takes it; `bulletin = N` in a programme airs it whatever its length",
        ),
        QueueFault::NoOccurrence(from, until) => {
            Said::plain(format!("no programme that could draw it airs from {from} to {until}"))
        }
        QueueFault::SameSound(entry, number, title) => {
            Said::plain(format!("bulletin {number} (`{title}`), which waits as entry {entry}, has the same sound"))
        }
    }
}

pub(super) fn vietnamese(fault: &QueueFault) -> Said {
    match fault {
        QueueFault::UnknownProgramme(found, known, near) => Said::with(
            format!("không có chương trình nào mang mã `{found}`"),
            match near {
                Some(near) => format!("có phải là `{near}`? được ghi: {}", listed(known)),
                None => format!("được ghi: {}", listed(known)),
            },
        ),
        QueueFault::NoQueueItem(programme) => Said::with(
            format!("chương trình `{programme}` không lấy tin bài từ hàng chờ"),
            "hãy thêm vào đó một mục `queue = { up_to = \"15m\" }`, hoặc bỏ `--programme`",
        ),
        QueueFault::NoQueueItems => Said::with(
            "không có chương trình nào lấy tin bài từ hàng chờ",
            "hãy thêm vào một chương trình mục `queue = { up_to = \"15m\" }`",
        ),
        QueueFault::WaitsAlready(entry, programme) => Said::with(
            format!("tin bài này đã ở trong hàng chờ, mục số {entry}, {}", for_vietnamese(programme.as_ref())),
            format!("lệnh `loa queue remove {entry}` rút mục đó ra"),
        ),
        QueueFault::FromAfterUntil(from, until) => {
            let (from, until) = (from.format("%d/%m/%Y"), until.format("%d/%m/%Y"));
            Said::plain(format!("ngày đầu {from} ở sau ngày cuối {until}"))
        }
        QueueFault::Past(until) => Said::plain(format!("ngày cuối {} đã qua", until.format("%d/%m/%Y"))),
        QueueFault::NoFit(themes) => Said::with(
            format!("không có mục hàng chờ nào nhận {}", themes_vietnamese(themes)),
            "khi có mục phù hợp thì tin bài được lấy ra; mục `queue` không ghi `themes` nhận mọi nội dung",
        ),
        QueueFault::NotApproved(number) => Said::with(
            "tin bài chưa được duyệt, chưa duyệt thì chưa được lấy ra phát",
            format!("`loa bulletin approve {number} --by TÊN`"),
        ),
        QueueFault::TooLong(length_ms, most_ms) => Said::with(
            format!("tin bài dài {}, mục hàng chờ chỉ chứa được {}", span_text(*length_ms), span_text(*most_ms)),
            "hãy tăng `up_to`, hoặc ghi `bulletin = N` trong chương trình để phát dù dài bao nhiêu",
        ),
        QueueFault::NoOccurrence(from, until) => Said::plain(format!(
            "từ {} đến {} không có buổi phát nào có thể lấy tin bài này",
            from.format("%d/%m/%Y"),
            until.format("%d/%m/%Y")
        )),
        QueueFault::SameSound(entry, number, title) => {
            Said::plain(format!("tin bài số {number} (`{title}`), đang chờ ở mục số {entry}, có cùng âm thanh"))
        }
    }
}

fn for_english(programme: Option<&String>) -> String {
    programme.map_or_else(|| "any programme".to_owned(), |programme| format!("`{programme}`"))
}

fn for_vietnamese(programme: Option<&String>) -> String {
    programme.map_or_else(|| "cho mọi chương trình".to_owned(), |programme| format!("cho `{programme}`"))
}

fn themes_english(themes: &[String]) -> String {
    if themes.is_empty() { "bulletins without a theme".to_owned() } else { listed(themes) }
}

fn themes_vietnamese(themes: &[String]) -> String {
    if themes.is_empty() { "tin bài không có nội dung tuyên truyền".to_owned() } else { listed(themes) }
}
