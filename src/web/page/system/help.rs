//! Trợ giúp: the ten commonest troubles and what to do about each, in the order in which they are met.
//!
//! In: who looks. Out: one short page that can be printed and hung on the wall. Every step names what is on the screen or on
//! the machine. Next: `lights`, which link here.

use std::sync::Arc;

use axum::extract::State;
use maud::{Markup, html};

use super::light::coded;
use super::page;
use crate::web::site::Site;
use crate::web::visitor::Visitor;

/// A trouble: its anchor, what one sees, what to do step by step; each in Vietnamese and in English.
struct Trouble {
    id: &'static str,
    seen: (&'static str, &'static str),
    steps: &'static [(&'static str, &'static str)],
}

const TROUBLES: [Trouble; 10] = [
    Trouble {
        id: "khong-tieng",
        seen: ("Ngoài loa không có tiếng", "Nothing is heard outside"),
        steps: &[
            (
                "Xem trang Hôm nay: đang phát gì, vạch âm lượng có chạy không.",
                "Look at Today: is something on the air, does the level move?",
            ),
            (
                "Vạch có chạy: lỗi nằm ở tăng âm, dây hoặc loa. Kiểm tra nguồn tăng âm, núm âm lượng, dây từ máy tính sang tăng âm.",
                "It moves: look at the amplifier, its power and volume, and the cable to it.",
            ),
            (
                "Vạch không chạy: vào Hệ thống, xem Thiết bị âm thanh; nếu báo tắt tiếng thì bật lại theo câu hướng dẫn ở đó.",
                "It does not: look at the sound device under System; if it is muted do as it says there.",
            ),
            (
                "Vào Hệ thống, mục Âm thanh, bấm Phát tiếng thử rồi ra loa gần nhất nghe.",
                "Under System, Sound, sound the test tone and listen at the nearest loudspeaker.",
            ),
        ],
    },
    Trouble {
        id: "mat-card",
        seen: ("Báo mất thiết bị âm thanh", "The sound device is away"),
        steps: &[
            (
                "Rút card USB ra, cắm lại đúng cổng cũ. Đài tự nhận trong vài giây và phát tiếp.",
                "Pull the USB card out and plug it into the same socket; the station takes it within seconds and goes on.",
            ),
            (
                "Vẫn mất: thử cổng khác, rồi vào Hệ thống, mục Âm thanh chọn lại thiết bị và khởi động lại đài.",
                "Still away: try another socket, choose the device under System, Sound, and restart the station.",
            ),
            (
                "Máy báo \"default\" nay là card khác: cắm lại card cũ, hoặc chọn đúng mã card của đài.",
                "If \"default\" has become another card: plug in the old one, or choose the card's own id.",
            ),
        ],
    },
    Trouble {
        id: "dong-ho",
        seen: (
            "Đồng hồ sai sau khi mất điện, chương trình không phát",
            "The clock is wrong after a power cut, programmes do not air",
        ),
        steps: &[
            ("So giờ ở trang Hôm nay với điện thoại.", "Compare the time on Today with a phone."),
            (
                "Cắm dây mạng hoặc bật Wi-Fi rồi chờ vài phút: máy tự chỉnh giờ, đài tự phát lại.",
                "Give the machine a network and wait some minutes: it sets itself, and the station airs again.",
            ),
            (
                "Không có mạng: nhờ kỹ thuật viên chỉnh bằng lệnh `sudo timedatectl set-time '2026-11-24 17:05:00'` (ghi đúng ngày giờ hiện tại).",
                "Without one: a technician sets it by `sudo timedatectl set-time '2026-11-24 17:05:00'` (with the time it is).",
            ),
            (
                "Giờ đang đúng mà đài vẫn không tin: dừng đài, chạy một lần bằng `loa run --trust-clock`.",
                "If it is right and still not trusted: stop the station and run it once by `loa run --trust-clock`.",
            ),
            (
                "Hay gặp: thay pin nút áo trên bo mạch, hoặc gắn mô-đun đồng hồ có pin.",
                "If it comes back: change the battery on the board, or add a clock with one.",
            ),
        ],
    },
    Trouble {
        id: "day-dia",
        seen: ("Báo ổ đĩa sắp đầy", "The disk is nearly full"),
        steps: &[
            ("Đài vẫn phát, nhưng đừng để lâu.", "The station airs on, but do not leave it so."),
            (
                "Chép các bản sao lưu cũ trong data/backups ra USB, rồi giảm số bản giữ lại ở Hệ thống, Cài đặt.",
                "Copy old backups from data/backups to a stick, then keep fewer (System, Settings).",
            ),
            (
                "Xóa tệp không liên quan đến đài trên máy này. Không xóa gì trong thư mục data: đó là nhật ký và âm thanh đã duyệt.",
                "Delete what is not the station's. Delete nothing in `data`: it is the log and the approved sound.",
            ),
        ],
    },
    Trouble {
        id: "het-tin",
        seen: (
            "Báo hàng chờ trống, chương trình sắp tới không có tin bài",
            "The queue is empty for the next programme",
        ),
        steps: &[
            (
                "Vào Tin bài, xếp tin bài đã duyệt vào hàng chờ; trang cho biết ngay sẽ phát lúc nào.",
                "Queue approved bulletins under Bulletins; the page says when each will air.",
            ),
            (
                "Có tin bài mà vẫn báo: bài chưa được duyệt, hết hạn, sai nội dung tuyên truyền hoặc dài hơn chỗ trống. Xem Lịch phát ngày mai.",
                "If there are some: they are not approved, out of date, of another theme or too long. Look at tomorrow's timetable.",
            ),
            (
                "Phải xong chậm nhất một phút trước giờ phát.",
                "It must be done a minute before the start at the latest.",
            ),
        ],
    },
    Trouble {
        id: "chua-duyet",
        seen: ("Tin bài không phát vì chưa được duyệt", "A bulletin did not air: not approved"),
        steps: &[
            (
                "Nhờ người duyệt vào trang Duyệt, nghe rồi bấm Duyệt.",
                "The approver listens and approves it under Approval.",
            ),
            (
                "Bài đã sửa sau khi duyệt phải duyệt lại: đài chỉ phát đúng âm thanh đã duyệt.",
                "What was changed after approval is approved anew: only the approved sound airs.",
            ),
        ],
    },
    Trouble {
        id: "quen-mat-khau",
        seen: ("Quên mật khẩu", "A password is lost"),
        steps: &[
            (
                "Kỹ thuật viên vào Hệ thống, Tài khoản, đặt mật khẩu mới.",
                "A technician sets a new one under System, Accounts.",
            ),
            (
                "Kỹ thuật viên cũng quên: ngồi tại máy của đài, chạy `loa user change TÊN --password` (có `sudo` nếu đài do hệ thống chạy).",
                "If the technician lost his: at the machine itself, run `loa user change NAME --password` (with `sudo` if it runs as a service).",
            ),
            (
                "Gõ sai nhiều lần thì phải chờ một lúc mới thử lại được.",
                "After many wrong tries one has to wait a while.",
            ),
        ],
    },
    Trouble {
        id: "sao-luu-usb",
        seen: ("Sao lưu ra USB", "A copy on a USB stick"),
        steps: &[
            (
                "Cắm USB, chờ hệ thống nhận. Vào Hệ thống, Sao lưu, chọn USB rồi bấm Sao lưu ngay.",
                "Plug it in, wait until it is mounted, choose it under System, Backup and press the button.",
            ),
            (
                "Chờ dòng chữ xanh báo đã đọc lại và kiểm tra rồi mới rút USB.",
                "Wait for the green line that says it was proved before you pull it out.",
            ),
            (
                "Để tự động mỗi đêm: ghi thư mục của USB vào Cài đặt, \"Chép thêm một bản sang\".",
                "For every night: set the second folder in the settings.",
            ),
            (
                "Cất USB ở nơi khác, có khóa: trong đó có khóa ký của đài.",
                "Keep it elsewhere and locked: it holds the key of the station.",
            ),
        ],
    },
    Trouble {
        id: "khoi-phuc",
        seen: ("Máy hỏng, dựng lại đài trên máy khác", "The machine is broken: the station on another one"),
        steps: &[
            ("Cài loa trên máy mới, cắm USB có bản sao lưu.", "Install loa on the new machine and plug in the stick."),
            (
                "Chạy `loa restore /media/usb/TÊN-TỆP.tar /etc/loa` (hoặc thư mục khác còn trống).",
                "Run `loa restore /media/usb/FILE.tar /etc/loa` (or another empty folder).",
            ),
            (
                "Chạy `loa check`, chọn lại card âm thanh, rồi bật đài. Nhật ký ghi tiếp từ dòng cuối của bản sao lưu.",
                "Run `loa check`, choose the sound card, start the station. The log goes on from the last row of the copy.",
            ),
        ],
    },
    Trouble {
        id: "khong-mo-trang",
        seen: ("Không mở được trang điều hành", "The page does not open"),
        steps: &[
            (
                "Ngay tại máy của đài: mở http://127.0.0.1:8099. Mở được nghĩa là đài đang chạy.",
                "At the machine: open http://127.0.0.1:8099. If that works the station runs.",
            ),
            (
                "Từ máy khác hoặc điện thoại: phải đặt địa chỉ mở trang là 0.0.0.0:8099 trong Cài đặt, có tài khoản, và cùng mạng.",
                "From others: the address must be 0.0.0.0:8099 in the settings, with accounts, in the same network.",
            ),
            (
                "Không mở được cả tại máy: chạy `systemctl status loa` hoặc `loa status`. Trang lỗi không làm đài ngừng phát.",
                "If not even there: `systemctl status loa` or `loa status`. A broken page does not end the broadcast.",
            ),
        ],
    },
];

pub(super) async fn show(State(site): State<Arc<Site>>, visitor: Visitor) -> Markup {
    let pick = |(vi, en): (&'static str, &'static str)| visitor.guest.language.pick(vi, en);
    let body = html! {
        p { (visitor.pick("Mười việc hay gặp và cách xử lý. Có thể in trang này dán cạnh máy.", "The ten commonest troubles. This page can be printed.")) }
        nav aria-label=(visitor.pick("Mục lục", "Contents")) {
            ul { @for trouble in &TROUBLES { li { a href={ "#" (trouble.id) } { (pick(trouble.seen)) } } } }
        }
        div .help {
            @for trouble in &TROUBLES {
                section .card id=(trouble.id) aria-labelledby={ (trouble.id) "-ten" } {
                    h2 id={ (trouble.id) "-ten" } { (pick(trouble.seen)) }
                    ol { @for step in trouble.steps { li { (coded(pick(*step))) } } }
                }
            }
        }
    };
    page(&site, &visitor, "/tro-giup", visitor.pick("Trợ giúp", "Help"), &body)
}
