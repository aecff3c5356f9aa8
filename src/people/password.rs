//! Passwords: what one must be, and how one is kept and held against what is typed.
//!
//! In: a password, and for a new one sixteen random bytes. Out: an Argon2id string in the PHC form, or whether it fits one.
//! Costs about 19 MiB and a tenth of a second on an old PC, on purpose: callers let few run at a time. Pure. Next:
//! `brake`, which makes guessing slow.

use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};

use super::fault::AccountFault;

/// The least characters of a password.
pub const SHORTEST: usize = 8;

/// The most bytes of a password; more would only be work for the machine.
pub const LONGEST_BYTES: usize = 256;

/// KiB of memory for one password.
const MEMORY_KIB: u32 = 19 * 1024;
/// Passes over that memory.
const PASSES: u32 = 2;

/// What is guessed first, here and elsewhere; each of at least the least length.
const COMMONEST: [&str; 36] = [
    "12345678",
    "123456789",
    "1234567890",
    "0123456789",
    "87654321",
    "987654321",
    "11111111",
    "00000000",
    "88888888",
    "66668888",
    "12341234",
    "11223344",
    "123123123",
    "1q2w3e4r",
    "1qaz2wsx",
    "qwertyui",
    "qwerty123",
    "qwertyuiop",
    "abcd1234",
    "abc12345",
    "a1234567",
    "aa123456",
    "password",
    "password1",
    "passw0rd",
    "p@ssw0rd",
    "matkhau1",
    "matkhau123",
    "anhyeuem",
    "emyeuanh",
    "iloveyou",
    "vietnam1",
    "vietnam123",
    "truyenthanh",
    "daitruyenthanh",
    "admin123",
];

/// Whether a password may be that of an account.
pub fn check(login: &str, password: &str) -> Result<(), AccountFault> {
    let told = password.to_lowercase();
    if password.chars().count() < SHORTEST {
        return Err(AccountFault::ShortPassword);
    }
    if password.len() > LONGEST_BYTES {
        return Err(AccountFault::LongPassword);
    }
    let mut letters = told.chars();
    let first = letters.next();
    if told == login || told.strip_prefix(login).is_some_and(|rest| rest.chars().all(|letter| letter.is_ascii_digit()))
    {
        return Err(AccountFault::PasswordIsLogin);
    }
    if COMMONEST.contains(&told.as_str()) || letters.all(|letter| Some(letter) == first) {
        return Err(AccountFault::CommonPassword);
    }
    Ok(())
}

/// A password as it is kept. `salt` is random, and new for each.
///
/// # Panics
/// Never: memory, passes and lengths are within the bounds of Argon2.
#[must_use]
pub fn hash(password: &str, salt: [u8; 16]) -> String {
    let salt = SaltString::encode_b64(&salt).expect("16 bytes are a salt");
    let hashed = argon2id().hash_password(password.as_bytes(), &salt);
    hashed.expect("memory, passes and lengths are within bounds").to_string()
}

/// Whether a password is the one that is kept. Where there is none, or what is kept cannot be read, a wrong one is checked
/// all the same, so that the time tells nobody which logins there are.
#[must_use]
pub fn fits(password: &str, kept: Option<&str>) -> bool {
    let kept = kept.and_then(|kept| PasswordHash::new(kept).ok());
    let Some(kept) = kept.filter(|_| password.len() <= LONGEST_BYTES) else {
        let _ = hash("nobody", [0; 16]);
        return false;
    };
    argon2id().verify_password(password.as_bytes(), &kept).is_ok()
}

fn argon2id() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).expect("memory and passes are within bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_fits_itself_only_and_its_cost_is_written_down() {
        let kept = hash("nắng mới 24", [7; 16]);
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(fits("nắng mới 24", Some(&kept)));
        assert!(!fits("nắng mới 25", Some(&kept)));
        assert_ne!(kept, hash("nắng mới 24", [8; 16]));
    }

    #[test]
    fn nothing_fits_where_nothing_is_kept() {
        assert!(!fits("nobody", None) && !fits("", None));
        assert!(!fits("nobody", Some("no hash")) && !fits("", Some("")));
    }

    #[test]
    fn what_is_guessed_first_is_refused() {
        use AccountFault::{CommonPassword, LongPassword, PasswordIsLogin, ShortPassword};
        for (password, found) in [
            ("1234567", ShortPassword),
            ("ấấấấấấấ", ShortPassword),
            ("12345678", CommonPassword),
            ("MatKhau123", CommonPassword),
            ("zzzzzzzzz", CommonPassword),
            ("nguyenlan", PasswordIsLogin),
            ("NguyenLan1988", PasswordIsLogin),
            (&"dài".repeat(80), LongPassword),
        ] {
            assert_eq!(check("nguyenlan", password), Err(found), "{password}");
        }
        assert_eq!(check("nguyenlan", "nắng mới 24"), Ok(()));
        assert!(COMMONEST.iter().all(|each| each.len() >= SHORTEST && each.to_lowercase() == *each));
    }
}
