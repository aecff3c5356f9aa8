//! What a technician sees at a glance: device, clock, disk, machine, database, copies, files, each as a light.
//!
//! In: what was gathered. Out: lights with words, and what to do where one is not green. Asks nothing and nobody: whatever is
//! not known is said to be unknown. Next: `facts`, which gathers.

use chrono::FixedOffset;

use super::facts::{Facts, Verified};
use super::light::{Light, Sign};
use super::units::{degrees, megabytes, percent, plain_span};
use crate::airing::{ClockState, OutputKind};
use crate::alarm::Alarm;
use crate::control::Status;
use crate::language::Language;
use crate::web::part::words;

/// What is free for programs when a machine of this kind gets slow, percent.
const LEAST_MEMORY: u64 = 10;

/// Boards slow themselves down above this, thousandths of a degree.
const HOT: i64 = 80_000;

/// All lights, in the order of the page.
pub(super) fn lights(facts: &Facts, language: Language) -> Vec<Light> {
    let mut all = vec![device(facts, language), clock(facts, language), disk(facts, language)];
    all.extend([machine(facts, language), database(facts, language), copies(facts, language), files(facts, language)]);
    all
}

/// What the station itself would say, if it said anything.
fn silent(mut light: Light, language: Language) -> Light {
    let told = language.pick("đài chưa trả lời trang điều hành", "the station does not answer the page");
    let advice = language.pick(
        "hãy tải lại trang; vẫn không được thì khởi động lại đài",
        "open the page again; if that does not help, restart the station",
    );
    light.worse(Sign::Bad, told, advice.to_owned());
    light
}

fn device(facts: &Facts, language: Language) -> Light {
    let pick = |vi, en| language.pick(vi, en);
    let name = pick("Thiết bị âm thanh", "Sound device");
    let mut light = Light::new("thiet-bi", name, Sign::Good, pick("đang mở, sẵn sàng phát", "open, ready to play"));
    light.link = Some(("/he-thong/am-thanh", pick("Chọn và thử thiết bị", "Choose and test a device")));
    let Some(status) = &facts.status else { return silent(light, language) };
    match (&status.desk.device, status.desk.output) {
        (None, _) => {
            let why = status.desk.device_lost.as_deref().map(|why| language.device_lost(why));
            let told = pick("mất thiết bị, ngoài loa không có tiếng", "away: nothing is heard outside");
            let told = why.map_or_else(|| told.to_owned(), |why| format!("{told} ({why})"));
            let advice = pick(
                "hãy kiểm tra dây và cắm lại card âm thanh; đài tự thử lại mỗi nửa giây và phát tiếp khi có thiết bị",
                "look at the cable and plug the card in again; the station tries every half second and goes on when it is back",
            );
            light.worse(Sign::Bad, told, advice.to_owned());
        }
        (Some(_), OutputKind::Wav | OutputKind::Silent) => {
            let told = pick(
                "đang tập dượt: không ra loa, không tính là đã phát",
                "a rehearsal: nothing leaves for the loudspeakers, nothing counts",
            );
            let advice = pick("muốn phát thật thì chọn card âm thanh", "choose a sound card to air for real");
            light.worse(Sign::Warn, told, advice.to_owned());
        }
        (Some(_), OutputKind::Card) => {}
    }
    for alarm in status.alarms.iter().filter(|each| is_of_device(each)) {
        light.worse(Sign::Bad, pick("ngoài loa không nghe thấy gì", "nothing is heard outside"), alarm.say(language));
    }
    light.fact(pick("Mã thiết bị", "Id"), status.desk.device.clone().unwrap_or_else(|| "–".into()));
    let level = match status.level_dbfs {
        None => pick("chưa đo được", "not measured").to_owned(),
        Some(-120) => pick("im lặng", "silence").to_owned(),
        Some(level) => format!("{level} dBFS"),
    };
    light.fact(pick("Mức âm thanh trong giây vừa qua", "Level of the last second"), level);
    let errors = words::number(language, status.device_errors.try_into().unwrap_or(i64::MAX));
    light.fact(pick("Lỗi do trình điều khiển báo từ lúc chạy", "Errors of the driver since the start"), errors);
    let real_time = match status.real_time.as_deref() {
        None => pick("chưa rõ", "not known yet").to_owned(),
        Some("granted") => pick("được cấp", "granted").to_owned(),
        Some(why) => why.to_owned(),
    };
    light.fact(pick("Ưu tiên thời gian thực cho âm thanh", "Sound in real time"), real_time);
    light
}

fn is_of_device(alarm: &Alarm) -> bool {
    matches!(alarm, Alarm::OutputMuted { .. } | Alarm::OutputVolumeZero { .. } | Alarm::OtherCard { .. })
}

fn clock(facts: &Facts, language: Language) -> Light {
    let pick = |vi, en| language.pick(vi, en);
    let told = pick("đúng giờ, đã đồng bộ với nguồn giờ chuẩn", "right, set by a source that is trusted");
    let mut light = Light::new("dong-ho", pick("Đồng hồ", "Clock"), Sign::Good, told);
    light.link = Some(("/tro-giup#dong-ho", pick("Đồng hồ sai thì làm gì", "What to do about a wrong clock")));
    let Some(status) = &facts.status else { return silent(light, language) };
    match status.desk.clock {
        ClockState::Synchronised => {}
        ClockState::FreeRunning => {
            let told = pick("chạy tự do, chưa có nguồn giờ chuẩn chỉnh", "running free: no source of time sets it");
            let advice = pick(
                "đài vẫn phát theo giờ này: hãy so với đồng hồ đúng; nối mạng để máy tự chỉnh giờ",
                "the station airs by it: compare it with a clock that is right; with a network the machine sets it by itself",
            );
            light.worse(Sign::Warn, told, advice.to_owned());
        }
        ClockState::Untrusted => {
            let shown = |at: chrono::DateTime<FixedOffset>| words::instant(language, at);
            let log = status.desk.clock_behind.map(shown);
            let advice = language.clock_advice(&shown(status.desk.at), log.as_deref());
            light.worse(
                Sign::Bad,
                pick("không đáng tin cậy, chương trình chưa phát", "not to be trusted: no programme airs"),
                advice,
            );
        }
    }
    light.fact(pick("Giờ của máy", "Time of this machine"), words::instant(language, status.desk.at));
    light.fact(pick("Múi giờ của đài", "Zone of the station"), facts.timezone.clone());
    let machine = &facts.machine;
    if let Some(told) = machine.discipline {
        // A clock that nobody has ever disciplined tells zero.
        if told.drift_ppb != 0 {
            let ppm = told.drift_ppb.abs() as f64 / 1000.0;
            // A part of a million is 86.4 ms a day.
            let a_day = ppm * 0.0864;
            light.fact(
                pick("Độ trôi riêng của đồng hồ máy", "Drift of its own"),
                match language {
                    Language::Vi => format!("{ppm:.1} phần triệu, khoảng {a_day:.1} giây mỗi ngày").replace('.', ","),
                    Language::En => format!("{ppm:.1} ppm, some {a_day:.1} s a day"),
                },
            );
        }
        if told.is_synchronised {
            let error_ms = told.error_us / 1000;
            light.fact(pick("Sai nhiều nhất", "Wrong by at most"), format!("{} ms", words::number(language, error_ms)));
        }
    }
    light.fact(
        pick("Dịch vụ chỉnh giờ", "Time service"),
        machine.time_service.unwrap_or(pick("không thấy", "none seen")),
    );
    light.fact(
        pick("Đồng hồ có pin (RTC)", "Clock with a battery"),
        if machine.has_rtc {
            pick("có", "there")
        } else {
            pick(
                "không có: sau mất điện phải chờ mạng để biết giờ",
                "none: after a power cut the network must tell the time",
            )
        },
    );
    light.facts.extend(machine.clock_source.clone().map(|source| (pick("Nguồn đếm giờ", "Clock source"), source)));
    light.facts.extend(machine.zone.clone().map(|zone| (pick("Múi giờ của hệ thống", "Zone of the system"), zone)));
    light
}

fn disk(facts: &Facts, language: Language) -> Light {
    let pick = |vi, en| language.pick(vi, en);
    let name = pick("Ổ đĩa", "Disk");
    let Some(disk) = facts.disk else {
        let told = pick("không xem được ổ đĩa chứa dữ liệu", "the disk of the data cannot be looked at");
        let mut light = Light::new("o-dia", name, Sign::Good, "");
        light.worse(Sign::Bad, told, pick("hãy kiểm tra ổ đĩa", "look at the disk").to_owned());
        return light;
    };
    let free = megabytes(language, disk.free_bytes);
    let told = match language {
        Language::Vi => format!("còn trống {free}"),
        Language::En => format!("{free} free"),
    };
    let mut light = Light::new("o-dia", name, Sign::Good, told.clone());
    for alarm in facts.alarms().filter(|each| matches!(each, Alarm::DiskLow { .. } | Alarm::DiskUnknown { .. })) {
        light.worse(Sign::Bad, told.clone(), alarm.say(language));
    }
    light.fact(pick("Thư mục dữ liệu", "Data folder"), facts.data_dir.clone());
    light.fact(pick("Dung lượng ổ", "Size of the disk"), megabytes(language, disk.bytes));
    light.fact(
        pick("Báo động khi còn dưới", "Alarm below"),
        megabytes(language, u64::from(facts.warn_free_mb) * 1_000_000),
    );
    light
}

fn machine(facts: &Facts, language: Language) -> Light {
    let pick = |vi, en| language.pick(vi, en);
    let machine = &facts.machine;
    let mut light = Light::new("may", pick("Máy tính", "Machine"), Sign::Good, pick("chạy bình thường", "runs well"));
    if let Some(memory) = machine.memory {
        let free = percent(memory.available_bytes, memory.bytes);
        if free < LEAST_MEMORY {
            let told = pick("sắp hết bộ nhớ", "short of memory");
            light.worse(
                Sign::Warn,
                told,
                pick("hãy tắt bớt chương trình khác trên máy này", "end other programs of this machine").to_owned(),
            );
        }
        let (free, all) = (megabytes(language, memory.available_bytes), megabytes(language, memory.bytes));
        light.fact(pick("Bộ nhớ còn dùng được", "Memory left"), format!("{free} / {all}"));
    }
    if let Some(own) = machine.own_bytes {
        light.fact(pick("Bộ nhớ đài đang dùng", "Memory of the station"), megabytes(language, own));
    }
    if let Some(load) = machine.load {
        if load.0[1] > 2.0 * machine.processors as f64 {
            let told = pick("máy đang rất bận", "the machine is very busy");
            light.worse(
                Sign::Warn,
                told,
                pick("hãy tắt bớt chương trình khác trên máy này", "end other programs of this machine").to_owned(),
            );
        }
        let shown = load.0.map(|each| format!("{each:.2}")).join(" – ");
        let shown = if language == Language::Vi { shown.replace('.', ",") } else { shown };
        let per = format!("{shown} ({} {})", machine.processors, pick("nhân", "cores"));
        light.fact(pick("Tải 1, 5, 15 phút", "Load over 1, 5, 15 min"), per);
    }
    match machine.millidegrees {
        Some(hot) => {
            if hot > HOT {
                let told = pick("máy quá nóng", "the machine is too hot");
                light.worse(
                    Sign::Warn,
                    told,
                    pick("hãy lau bụi, đặt máy chỗ thoáng", "clean it and give it air").to_owned(),
                );
            }
            light.fact(pick("Nhiệt độ", "Warmth"), degrees(language, hot));
        }
        None => light.fact(pick("Nhiệt độ", "Warmth"), pick("máy không cho biết", "not told")),
    }
    light.facts.extend(machine.uptime_s.map(|s| (pick("Máy đã bật được", "Switched on for"), plain_span(language, s))));
    light.facts.extend(
        machine.own_uptime_s.map(|s| (pick("Đài đã chạy được", "Station running for"), plain_span(language, s))),
    );
    light
}

fn database(facts: &Facts, language: Language) -> Light {
    let pick = |vi, en| language.pick(vi, en);
    let told = pick("ghi được, không có bản ghi nào đang chờ", "takes every record");
    let mut light = Light::new("so-lieu", pick("Nhật ký và cơ sở dữ liệu", "Log and database"), Sign::Good, told);
    let Some(status) = &facts.status else { return silent(light, language) };
    records(status, &mut light, language);
    match &facts.health {
        Ok(health) => {
            light.fact(pick("Số dòng nhật ký", "Rows of the log"), words::number(language, health.rows));
            light.fact(pick("Kích thước", "Size"), megabytes(language, health.bytes.try_into().unwrap_or(0)));
            light.fact(
                pick("Phần chưa nhập vào tệp chính", "Not in the main file yet"),
                format!("{} ({})", megabytes(language, facts.journal_bytes), health.journal),
            );
        }
        Err(why) => {
            light.worse(Sign::Warn, pick("chưa đọc được cơ sở dữ liệu", "the database cannot be read"), why.clone());
        }
    }
    light.fact(pick("Dòng cuối (số:mã)", "Newest row (number:hash)"), status.log_head.clone());
    let none = pick("chưa kiểm tra từ lúc đài chạy", "not since the start of the station");
    match &facts.verified {
        None => light.fact(pick("Kiểm tra nhật ký", "Log proved"), none),
        Some(Verified { at, fault: None, rows }) => {
            let rows = words::number(language, *rows);
            let told = format!(
                "{}: {} {}",
                words::instant(language, *at),
                rows,
                pick("dòng, không có dòng nào bị sửa", "rows, none altered")
            );
            light.fact(pick("Kiểm tra nhật ký", "Log proved"), told);
        }
        Some(Verified { fault: Some(why), .. }) => {
            let advice = pick(
                "giữ nguyên máy, báo kỹ thuật viên và người quản lý: nhật ký là bằng chứng",
                "leave everything as it is and tell who answers for the log: it is evidence",
            );
            light.worse(
                Sign::Bad,
                format!("{}: {why}", pick("nhật ký không còn nguyên vẹn", "the log is not whole")),
                advice.to_owned(),
            );
        }
    }
    light
}

/// Records that wait, are lost, or would be.
fn records(status: &Status, light: &mut Light, language: Language) {
    let pick = |vi, en| language.pick(vi, en);
    if status.log_waiting > 0 {
        let told = format!("{} {}", status.log_waiting, pick("bản ghi đang chờ ghi", "records wait"));
        let advice = pick(
            "đài tự ghi khi được; đừng tắt máy lúc này",
            "they are written as soon as it can be; do not switch the machine off now",
        );
        light.worse(Sign::Warn, told, advice.to_owned());
    }
    if let Some(why) = &status.log_error {
        let advice = pick(
            "đài vẫn phát và giữ bản ghi chờ; hãy kiểm tra ổ đĩa",
            "the station airs on and keeps its records; look at the disk",
        );
        light.worse(
            Sign::Bad,
            format!("{}: {why}", pick("chưa ghi được nhật ký", "the log takes nothing")),
            advice.to_owned(),
        );
    }
    if let Some(why) = &status.spill_error {
        light.worse(
            Sign::Warn,
            format!("{}: {why}", pick("mất điện lúc này sẽ mất bản ghi đang chờ", "a power cut would lose what waits")),
            None,
        );
    }
    if status.log_lost > 0 {
        light.worse(Sign::Bad, format!("{} {}", status.log_lost, pick("bản ghi đã mất", "records are lost")), None);
    }
    if let Some(path) = &status.log_moved_aside {
        let told = pick(
            "nhật ký cũ bị hỏng, đã bắt đầu nhật ký mới; bản cũ giữ ở",
            "the old log was damaged and a new one has begun; the old one is kept at",
        );
        light.worse(Sign::Warn, format!("{told} {}", path.display()), None);
    }
}

fn copies(facts: &Facts, language: Language) -> Light {
    let pick = |vi, en| language.pick(vi, en);
    let mut light = Light::new("sao-luu", pick("Sao lưu", "Backup"), Sign::Good, "");
    light.link = Some(("/he-thong/sao-luu", pick("Xem các bản sao lưu, sao lưu ngay", "See the copies, make one now")));
    let backup = facts.status.as_ref().and_then(|status| status.backup.as_ref());
    let made_at = backup.and_then(|backup| backup.made_at);
    light.told = match made_at {
        Some(at) => format!("{} {}", pick("bản mới nhất lúc", "the newest one is of"), words::instant(language, at)),
        None => pick("chưa có bản nào", "there is none yet").to_owned(),
    };
    if made_at.is_none() {
        light.sign = Sign::Warn;
        let advice = pick("bấm Sao lưu ngay, hoặc chờ bản của đêm nay", "make one now, or wait for tonight's");
        light.advice.push(advice.to_owned());
    }
    if backup.is_some_and(|backup| !backup.is_on) {
        light.worse(
            Sign::Off,
            pick("không sao lưu hằng đêm", "no copy is made at night"),
            pick("nên đặt giờ sao lưu trong Cài đặt", "better set a time in the settings").to_owned(),
        );
    }
    for alarm in facts.alarms().filter(|each| matches!(each, Alarm::Backup(_))) {
        light.worse(Sign::Warn, alarm.say(language), None);
    }
    if let Some(file) = backup.and_then(|backup| backup.file.as_ref()) {
        light.fact(pick("Tệp", "File"), file.display().to_string());
    }
    let second = backup.and_then(|backup| backup.second.as_ref());
    let none = pick("chưa đặt: hỏng ổ đĩa là mất cả bản sao lưu", "not set: a broken disk takes the copies with it");
    light.fact(
        pick("Bản thứ hai", "Second copy"),
        second.map_or_else(|| none.to_owned(), |file| file.display().to_string()),
    );
    light
}

fn files(facts: &Facts, language: Language) -> Light {
    let pick = |vi, en| language.pick(vi, en);
    let told = pick("đài đọc được cấu hình và lịch phát", "the station reads settings and schedules");
    let mut light = Light::new("tep", pick("Cấu hình và lịch phát", "Settings and schedules"), Sign::Good, told);
    light.link = Some(("/he-thong/kiem-tra", pick("Xem và kiểm tra lại tất cả", "See them and check everything anew")));
    let Some(status) = &facts.status else { return silent(light, language) };
    if !status.problems.is_empty() {
        let told = format!("{} {}", status.problems.len(), pick("điều cần xem trong các tệp", "remarks on the files"));
        light.worse(Sign::Warn, told, None);
    }
    match facts.checked {
        Some((errors @ 1.., _)) => {
            let told = match language {
                Language::Vi => format!("lần kiểm tra gần nhất thấy {errors} lỗi"),
                Language::En => format!("the last check found {errors} errors"),
            };
            light.worse(Sign::Bad, told, None);
        }
        Some((0, _)) => light.fact(pick("Lần kiểm tra gần nhất", "Last check"), pick("không có lỗi", "no error")),
        None => light.fact(
            pick("Lần kiểm tra gần nhất", "Last check"),
            pick("chưa kiểm tra từ lúc đài chạy", "none since the start of the station"),
        ),
    }
    light
}

#[cfg(test)]
mod tests;
