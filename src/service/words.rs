//! The station in one line, for the status of its service.
//!
//! In: what `status` tells, what withholds the ping, the station's language. Out: alarms first, then what is on the air, then
//! what comes next. Pure; never more than one line. Next: `mod.rs`.

use super::vigil::Silence;
use crate::airing::ClockState;
use crate::control::Status;
use crate::language::Language;

/// The line.
pub(super) fn line(status: &Status, silence: Option<Silence>, language: Language) -> String {
    let mut parts: Vec<String> = silence.map(|silence| language.silence(silence).to_owned()).into_iter().collect();
    parts.extend(alarms(status, language));
    let desk = &status.desk;
    parts.push(match &desk.on_air {
        Some(item) => {
            let programme = item.programme_title.as_ref().map_or_else(String::new, |title| format!(" ({title})"));
            let title = item.title.as_deref().unwrap_or("?");
            format!("{}: {title}{programme}", language.pick("đang phát", "on air"))
        }
        None => language.pick("không phát gì", "nothing on air").to_owned(),
    });
    parts.push(match desk.next.first() {
        Some(next) => {
            let at = next.scheduled_at.format("%d/%m %H:%M");
            format!("{}: {at} {}", language.pick("sắp tới", "next"), next.title)
        }
        None => language.pick("không có chương trình nào sắp tới", "no programme to come").to_owned(),
    });
    parts.join("; ").replace(['\n', '\r'], " ")
}

/// What a technician should look at.
fn alarms(status: &Status, language: Language) -> Vec<String> {
    let desk = &status.desk;
    let mut alarms = Vec::new();
    if let (None, Some(why)) = (&desk.device, &desk.device_lost) {
        let words = language.pick("KHÔNG CÓ THIẾT BỊ ÂM THANH", "NO SOUND DEVICE");
        alarms.push(format!("{words}: {}", language.device_lost(why)));
    }
    if desk.clock == ClockState::Untrusted {
        alarms.push(format!("{}: {}", language.pick("đồng hồ", "clock"), language.clock(desk.clock)));
    }
    if let Some(why) = &status.log_error {
        alarms.push(format!("{}: {why}", language.pick("NHẬT KÝ CHƯA LƯU ĐƯỢC", "THE LOG TAKES NOTHING")));
    }
    if let Some(why) = &status.spill_error {
        let words = language.pick("MẤT ĐIỆN SẼ MẤT BẢN GHI", "RECORDS NOT SAFE FROM A POWER CUT");
        alarms.push(format!("{words}: {why}"));
    }
    if let Some(path) = &status.log_moved_aside {
        let words = language.pick("NHẬT KÝ CŨ BỊ HỎNG, GIỮ TẠI", "OLD LOG DAMAGED, KEPT AT");
        alarms.push(format!("{words}: {}", path.display()));
    }
    if status.log_lost > 0 {
        alarms.push(format!("{}: {}", language.pick("BẢN GHI ĐÃ MẤT", "RECORDS LOST"), status.log_lost));
    }
    alarms.extend(status.alarms.iter().map(|alarm| alarm.say(language)));
    if !status.problems.is_empty() {
        let (words, see) = language.pick(("lỗi trong tệp", "xem"), ("problems in files", "see"));
        alarms.push(format!("{words}: {}, {see} `loa status`", status.problems.len()));
    }
    alarms
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(more: &serde_json::Value) -> Status {
        let mut status = serde_json::json!({
            "at": "2025-03-03T05:00:00+07:00", "station": "Đài", "output": "card", "device": "hw:0", "device_lost": null,
            "clock": "synchronised", "clock_behind": null, "on_air": null, "waiting": [], "next": [],
            "level_dbfs": -20, "device_errors": 0, "backup": null, "alarms": [], "log_waiting": 0, "log_lost": 0, "log_error": null, "spill_error": null,
            "log_moved_aside": null, "log_head": "5:ab", "real_time": null, "problems": [],
        });
        for (name, value) in more.as_object().unwrap() {
            status[name] = value.clone();
        }
        serde_json::from_value(status).unwrap()
    }

    #[test]
    fn what_is_on_the_air_and_what_comes_next_is_one_line_in_both_languages() {
        let status = status(&serde_json::json!({
            "on_air": {"airing": "sang@2025-03-02T22:30:00Z/0", "programme_title": "Buổi sáng", "title": "Nhạc\nhiệu",
                "priority": "ordinary", "started_at": "2025-03-03T05:30:00+07:00", "aired_ms": 5, "planned_ms": 9},
            "next": [{"programme": "chieu", "title": "Buổi chiều", "scheduled_at": "2025-03-03T17:00:00+07:00"}],
        }));
        let told = [Language::Vi, Language::En].map(|language| line(&status, None, language));
        assert_eq!(told[0], "đang phát: Nhạc hiệu (Buổi sáng); sắp tới: 03/03 17:00 Buổi chiều");
        assert_eq!(told[1], "on air: Nhạc hiệu (Buổi sáng); next: 03/03 17:00 Buổi chiều");
    }

    #[test]
    fn alarms_come_first() {
        let status = status(&serde_json::json!({
            "device": null, "device_lost": "unplugged", "log_error": "database is locked", "log_lost": 2, "problems": ["a"],
            "alarms": [{"alarm": "disk_unknown", "why": "gone"}],
        }));
        let told = line(&status, Some(Silence::NoFrames), Language::En);
        let expected = "the device takes no frames and was not replaced; NO SOUND DEVICE: unplugged; THE LOG TAKES \
                        NOTHING: database is locked; RECORDS LOST: 2; cannot tell how much is free on the disk of the data \
                        folder: gone; look at the disk; problems in files: 1, see `loa status`; nothing on air; no programme to come";
        assert_eq!(told, expected);
    }

    #[test]
    fn a_lost_device_is_told_in_vietnamese_but_for_the_drivers_words() {
        let why = "it takes no more frames and reports errors: 9 of them, beginning with: i/o error";
        let told = line(&status(&serde_json::json!({"device": null, "device_lost": why})), None, Language::Vi);
        let expected =
            "KHÔNG CÓ THIẾT BỊ ÂM THANH: thiết bị không nhận âm thanh nữa và báo lỗi: 9 lần, lần đầu là: i/o error; ";
        assert!(told.starts_with(expected), "{told}");
    }

    #[test]
    fn records_at_risk_and_a_log_set_aside_are_alarms_in_both_languages() {
        let status =
            status(&serde_json::json!({"spill_error": "disk full", "log_moved_aside": "/data/loa.db.corrupt"}));
        let told = [Language::Vi, Language::En].map(|language| line(&status, None, language));
        let vi = "MẤT ĐIỆN SẼ MẤT BẢN GHI: disk full; NHẬT KÝ CŨ BỊ HỎNG, GIỮ TẠI: /data/loa.db.corrupt; ";
        let en = "RECORDS NOT SAFE FROM A POWER CUT: disk full; OLD LOG DAMAGED, KEPT AT: /data/loa.db.corrupt; ";
        assert!(told[0].starts_with(vi) && told[1].starts_with(en), "{told:?}");
    }
}
