//! How it is counted, in sentences: what is printed under the tables and told in JSON.
//!
//! In: a rule, the language. Out: its id, which never changes, and one or two sentences. Each table prints the rules that
//! apply to it. Must never promise more than the log proves: sound left the device. Pure. Next: `themes`.

use crate::language::Language;

/// A counting rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    /// What the log proves.
    Evidence,
    /// Rehearsals never count.
    CardOnly,
    /// What an airing is and when it counts.
    Airing,
    /// What minutes are.
    Minutes,
    /// To which day an airing belongs.
    Day,
    /// To which theme.
    MainTheme,
    /// The plan's airings and all others.
    PlanAndOther,
    /// What a bulletin is.
    Bulletins,
    /// In which month it is new.
    NewBulletins,
    /// Why bulletins do not add up over programmes.
    ProgrammeBulletins,
    /// What a session is.
    Sessions,
    /// Zones are no airings.
    Zones,
    /// Channels do not add up.
    Channels,
    /// Other themes do not add up.
    OtherThemes,
    /// What becomes of what was planned.
    Reconciliation,
    /// Postings and their themes.
    Postings,
    /// Activities are no airings.
    Activities,
    /// How targets are measured.
    Targets,
}

impl Rule {
    /// Every one.
    pub const ALL: [Self; 18] = [
        Self::Evidence,
        Self::CardOnly,
        Self::Airing,
        Self::Minutes,
        Self::Day,
        Self::MainTheme,
        Self::PlanAndOther,
        Self::Bulletins,
        Self::NewBulletins,
        Self::ProgrammeBulletins,
        Self::Sessions,
        Self::Zones,
        Self::Channels,
        Self::OtherThemes,
        Self::Reconciliation,
        Self::Postings,
        Self::Activities,
        Self::Targets,
    ];

    /// Its word in exports; never changes.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Evidence => "evidence",
            Self::CardOnly => "card_only",
            Self::Airing => "airing",
            Self::Minutes => "minutes",
            Self::Day => "day",
            Self::MainTheme => "main_theme",
            Self::PlanAndOther => "plan_and_other",
            Self::Bulletins => "bulletins",
            Self::NewBulletins => "new_bulletins",
            Self::ProgrammeBulletins => "programme_bulletins",
            Self::Sessions => "sessions",
            Self::Zones => "zones",
            Self::Channels => "channels",
            Self::OtherThemes => "other_themes",
            Self::Reconciliation => "reconciliation",
            Self::Postings => "postings",
            Self::Activities => "activities",
            Self::Targets => "targets",
        }
    }

    /// Said for people.
    #[must_use]
    pub const fn say(self, language: Language) -> &'static str {
        match language {
            Language::Vi => self.vietnamese(),
            Language::En => self.english(),
        }
    }

    const fn vietnamese(self) -> &'static str {
        match self {
            Self::Evidence => {
                "Nhật ký chứng minh âm thanh đã ra khỏi thiết bị phát của đài, không chứng minh người dân đã nghe."
            }
            Self::CardOnly => "Chỉ tính những gì đã phát ra thiết bị âm thanh của đài; phát thử không tính.",
            Self::Airing => {
                "Mỗi mục của một buổi phát là một lượt phát, dù phải phát lại nhiều lần. Lượt phát được tính khi lần phát \
                 cuối cùng phát hết hoặc phát được ít nhất 80\u{a0}% thời lượng."
            }
            Self::Minutes => {
                "Thời lượng là phần âm thanh đã thực phát của mọi lần phát, kể cả của lượt không được tính. Chỉ làm tròn khi \
                 in, nên tổng có thể lệch so với tổng các số đã làm tròn."
            }
            Self::Day => {
                "Lượt phát thuộc ngày bắt đầu phát theo giờ địa phương; lượt không phát được thuộc ngày theo lịch."
            }
            Self::MainTheme => "Mỗi lượt phát chỉ tính cho một nội dung: nội dung chính, ghi đầu tiên.",
            Self::PlanAndOther => {
                "“Lượt phát khác” là những lượt không mang nội dung của kế hoạch: nhạc hiệu, lời chào, mã nội dung ngoài kế \
                 hoạch. Lượt theo kế hoạch và lượt khác cộng lại là toàn bộ lượt phát trong nhật ký của kỳ."
            }
            Self::Bulletins => {
                "Số tin, bài là số tin, bài khác nhau đã được duyệt và có ít nhất một lượt phát được tính theo kế hoạch; tin, \
                 bài chưa có phiếu duyệt ghi riêng, không cộng vào. Khác nhau là theo số, nếu không có số thì theo nội dung tệp."
            }
            Self::NewBulletins => {
                "Tin, bài tính cho tháng và nội dung của lượt phát được tính đầu tiên trong kỳ, nên cộng các tháng hoặc các \
                 nội dung bằng tổng số."
            }
            Self::ProgrammeBulletins => {
                "Một tin, bài phát trong nhiều chương trình được ghi ở từng chương trình, nên cột tin, bài không cộng dồn."
            }
            Self::Sessions => {
                "Buổi phát thanh là một buổi theo lịch có ít nhất một lượt phát được tính; buổi thuộc ngày theo lịch của nó, dù \
                 có kéo qua nửa đêm."
            }
            Self::Zones => {
                "Mỗi lượt phát được ghi cho từng cụm loa đang hoạt động lúc phát, nên lượt theo cụm loa không cộng vào lượt \
                 phát. Lượt phát khi cụm loa hỏng không tính cho cụm loa đó. Tình trạng do người trực ghi, không phải do đo."
            }
            Self::Channels => {
                "Các dòng có đơn vị tính khác nhau, không cộng với nhau. Đài và loa cùng một lần phát chỉ là một lượt phát."
            }
            Self::OtherThemes => {
                "Nội dung ghi kèm nội dung chính. Những lượt này đã tính ở nội dung chính (Biểu 1), không cộng thêm."
            }
            Self::Reconciliation => {
                "Lượt theo lịch = phát đủ + phát dở + không phát được. Phát dở là có tiếng nhưng không hết. Lượt ngoài lịch \
                 do người vận hành phát."
            }
            Self::Postings => {
                "Bài đăng tính theo nội dung chính của hoạt động đã ghi, không phải lượt phát và không cộng vào lượt phát."
            }
            Self::Activities => {
                "Hoạt động do cán bộ ghi, kèm minh chứng nếu có; không phải lượt phát và không cộng vào lượt phát. Hoạt động \
                 đã rút không tính."
            }
            Self::Targets => {
                "Chỉ tiêu do xã tự đặt trong kế hoạch, nhân với số tháng, quý, năm trọn vẹn của kỳ; kết quả đạt chỉ lấy trong \
                 những tháng đó. Kỳ không có tháng, quý, năm trọn vẹn thì không so."
            }
        }
    }

    const fn english(self) -> &'static str {
        match self {
            Self::Evidence => "The log proves that sound left the station's device, not that people heard it.",
            Self::CardOnly => "Only what went to the station's sound device counts; rehearsals do not.",
            Self::Airing => {
                "Each item of a session is one airing, however often it had to be tried. It counts when its last attempt aired \
                 to the end, or at least 80\u{a0}% of it."
            }
            Self::Minutes => {
                "Minutes are the sound that was aired in all attempts, also of airings that do not count. They are rounded \
                 only in print, so that a total may differ from the sum of rounded figures."
            }
            Self::Day => {
                "An airing belongs to the local day on which it started; one that never sounded to its planned day."
            }
            Self::MainTheme => "Each airing counts for one theme: its main one, named first.",
            Self::PlanAndOther => {
                "“Other airings” carry no theme of the plan: signatures, greetings, codes that the plan does not know. The \
                 plan's airings and the others together are all airings in the log of the period."
            }
            Self::Bulletins => {
                "Bulletins are different ones that were approved and have at least one airing that counts for the plan; those \
                 without an approval are told apart and not added. They are told apart by number, without one by the file's content."
            }
            Self::NewBulletins => {
                "A bulletin counts for the month and the theme of its first airing of the period that counts, so that months \
                 and themes add up to the total."
            }
            Self::ProgrammeBulletins => {
                "A bulletin that aired in several programmes stands with each of them, so that this column does not add up."
            }
            Self::Sessions => {
                "A session is one that was scheduled and has at least one airing that counts; it belongs to its scheduled day, \
                 also if it lasts beyond midnight."
            }
            Self::Zones => {
                "Each airing is noted for every zone that worked when it aired, so that airings by zone are not added to \
                 airings. What aired while a zone was broken does not count for it. States are noted by people, not measured."
            }
            Self::Channels => {
                "The lines have units of their own and are not added up. Station and loudspeakers in one go are one airing."
            }
            Self::OtherThemes => {
                "Themes named besides the main one. These airings already count for their main theme (Table 1) and are not \
                 added."
            }
            Self::Reconciliation => {
                "Planned = aired + partly aired + not aired. Partly aired has sounded, but not to its end. Airings outside of \
                 the schedule are acts of the operator."
            }
            Self::Postings => {
                "Postings count for the main theme of the activity that was entered; they are no airings and are not added to \
                 them."
            }
            Self::Activities => {
                "Activities are entered by people, with proof if there is any; they are no airings and are not added to them. \
                 Those withdrawn do not count."
            }
            Self::Targets => {
                "Targets are those that the commune set itself in the plan, times the whole months, quarters or years in the \
                 period; what was reached is taken from those months only. Without a whole one nothing is compared."
            }
        }
    }
}

/// The sentences of some rules, in their order.
pub(super) fn say<const N: usize>(rules: [Rule; N], language: Language) -> Vec<String> {
    rules.map(|rule| rule.say(language).to_owned()).into()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use unicode_normalization::is_nfc;

    use super::*;

    #[test]
    fn every_rule_has_an_id_and_words_of_its_own() {
        let mut seen = HashSet::new();
        for rule in Rule::ALL {
            let (id, vi, en) = (rule.id(), rule.say(Language::Vi), rule.say(Language::En));
            assert!(seen.insert(id) && seen.insert(vi) && seen.insert(en), "{id}");
            assert!(is_nfc(vi) && vi.ends_with('.') && en.ends_with('.') && !vi.contains("  "), "{id}");
        }
    }
}
