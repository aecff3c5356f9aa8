//! The files of the starter station that `loa init` writes: the sample at the top of the repository, inside the program.
//!
//! In: nothing. Out: a table of path and content. A test holds it against the folders. Next: `init`.

/// Each path below the repository's root with the file's content.
macro_rules! embedded {
    ($($path:literal,)+) => { &[$(($path, include_bytes!(concat!("../../", $path)).as_slice()),)+] };
}

/// Path below the station's folder, and content.
pub const FILES: &[(&str, &[u8])] = embedded![
    "loa.toml",
    "reading.toml",
    "schedules/buoi-sang.toml",
    "schedules/buoi-chieu.toml",
    "schedules/days.toml",
    "schedules/plan.toml",
    "report/bao-cao.txt",
    "audio/README.md",
    "audio/tin-bai.toml",
    "audio/nhac-hieu.opus",
    "audio/loi-chao.opus",
    "audio/loi-chao.txt",
    "audio/loi-ket.opus",
    "audio/loi-ket.txt",
    "audio/nd1-cai-cach-vi-dan.opus",
    "audio/nd1-cai-cach-vi-dan.txt",
    "audio/nd2-nop-ho-so-tai-nha.opus",
    "audio/nd2-nop-ho-so-tai-nha.txt",
    "audio/nd3-bo-phan-mot-cua.opus",
    "audio/nd3-bo-phan-mot-cua.txt",
    "audio/nd4-bo-may-tinh-gon.opus",
    "audio/nd4-bo-may-tinh-gon.txt",
    "audio/nd5-tieu-chuan-i-xo.opus",
    "audio/nd5-tieu-chuan-i-xo.txt",
    "audio/nd6-trach-nhiem-nguoi-dung-dau.opus",
    "audio/nd6-trach-nhiem-nguoi-dung-dau.txt",
    "audio/nd7-nguoi-dan-cham-diem.opus",
    "audio/nd7-nguoi-dan-cham-diem.txt",
    "audio/nd8-cach-lam-hay.opus",
    "audio/nd8-cach-lam-hay.txt",
];

/// The manifest of the sample's bulletins, below the station's folder.
pub const MANIFEST: &str = "audio/tin-bai.toml";

/// Which of them wait in the queue, counted from 1, and how often each shall air: programmes draw them for ten weeks.
pub const QUEUED: ([usize; 2], u32) = ([4, 8], 100);
