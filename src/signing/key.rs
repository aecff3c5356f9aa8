//! The station's key: made once from the kernel's random bytes, kept to its owner, never replaced.
//!
//! In: a data folder. Out: the key in it, or why it is not to be used; a new one, durable before anybody uses it; its
//! fingerprint, by which people know it. Must never print the secret, nor use a key that others could have read. Next:
//! `export`.

use std::fmt;
use std::fs::OpenOptions;
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::str::FromStr;

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha256};

use super::bytes;
use super::unusable::{Damage, KeyError};
use crate::backup::{rename_new, sync_folder};
use crate::folder::give_to_owner_of;
use crate::library::hex;
use crate::problem::system::refusal;

/// Name of the key inside the data folder.
pub const KEY: &str = "station.key";

/// The first line of the file.
const HEAD: &str = "loa-station-key 1: whoever has this file signs in the name of the station";

/// Longer is no key of ours.
const MOST_BYTES: u64 = 1024;

/// What others than the owner may do with a file.
const OTHERS: u32 = 0o077;

/// The secret key of a station.
pub struct StationKey(SigningKey);

impl fmt::Debug for StationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StationKey({})", self.public().fingerprint())
    }
}

impl StationKey {
    /// The key of a data folder; `None` if there is none.
    pub fn read(data_dir: &Path) -> Result<Option<Self>, KeyError> {
        let path = data_dir.join(KEY);
        let refused = |error| KeyError::System { is_made: false, path: path.clone(), why: refusal(&error) };
        let damaged = |why| KeyError::Damaged { path: path.clone(), why };
        // A pipe under this name must not make the station wait for its writer.
        let file = match OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => return Err(KeyError::Closed(path)),
            Err(error) => return Err(refused(error)),
        };
        let facts = file.metadata().map_err(refused)?;
        if !facts.is_file() {
            return Err(damaged(Damage::NoFile));
        }
        if facts.mode() & OTHERS != 0 {
            return Err(KeyError::Open { path, mode: facts.mode() & 0o7777 });
        }
        let mut text = Vec::new();
        file.take(MOST_BYTES).read_to_end(&mut text).map_err(refused)?;
        let text = String::from_utf8(text).map_err(|_| damaged(Damage::NoText))?;
        parse(&text).map(Some).map_err(damaged)
    }

    /// Makes the key of a data folder; another one that has come meanwhile stays and is the answer.
    pub fn make(data_dir: &Path) -> Result<Self, KeyError> {
        let path = data_dir.join(KEY);
        let refused = |error| KeyError::System { is_made: true, path: path.clone(), why: refusal(&error) };
        let key = Self(SigningKey::from_bytes(&crate::random::bytes().map_err(refused)?));
        let beside = data_dir.join(format!("{KEY}.{}.new", std::process::id()));
        let made = key.write(&beside).and_then(|()| {
            give_to_owner_of(data_dir, &beside)?;
            rename_new(&beside, &path)?;
            sync_folder(data_dir)
        });
        if made.is_err() {
            // Nobody has used it.
            let _ = std::fs::remove_file(&beside);
        }
        match made {
            Ok(()) => Ok(key),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Self::read(data_dir)?.ok_or_else(|| refused(error))
            }
            Err(error) => Err(refused(error)),
        }
    }

    /// The key of a data folder for a program that is not the station: one that is made now would be closed to a station
    /// of another user. Answers also whether it was made now.
    pub fn read_or_make(data_dir: &Path) -> Result<(Self, bool), KeyError> {
        if let Some(key) = Self::read(data_dir)? {
            return Ok((key, false));
        }
        let user = rustix::process::geteuid();
        let owner = data_dir.metadata().map(|facts| facts.uid());
        if !user.is_root() && owner.is_ok_and(|owner| owner != user.as_raw()) {
            return Err(KeyError::NotOurs(data_dir.to_owned()));
        }
        Ok((Self::make(data_dir)?, true))
    }

    fn write(&self, path: &Path) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        let (secret, public) = (hex(self.0.as_bytes()), self.public().to_hex());
        file.write_all(format!("{HEAD}\nsecret {secret}\npublic {public}\n").as_bytes())?;
        file.sync_all()
    }

    /// The key of a file's text; `None` if it is no whole one.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        parse(text).ok()
    }

    /// The half that everybody may know.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// Signs, as RFC 8032 says: the same message has always the same signature.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

/// Reads the file; the error is what was found.
fn parse(text: &str) -> Result<StationKey, Damage> {
    let mut lines = text.lines();
    if lines.next() != Some(HEAD) {
        return Err(Damage::FirstLine);
    }
    let mut half = |name: &str| bytes::<32>(lines.next()?.strip_prefix(name)?.strip_prefix(' ')?);
    let (Some(secret), Some(public)) = (half("secret"), half("public")) else {
        return Err(Damage::Line);
    };
    let key = SigningKey::from_bytes(&secret);
    if key.verifying_key().to_bytes() == public { Ok(StationKey(key)) } else { Err(Damage::Halves) }
}

/// The public key of a station.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// From 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        VerifyingKey::from_bytes(&bytes(text)?).ok().map(Self)
    }

    /// As [`PublicKey::from_hex`] reads it.
    #[must_use]
    pub fn to_hex(self) -> String {
        hex(self.0.as_bytes())
    }

    /// By what people know it.
    #[must_use]
    pub fn fingerprint(self) -> Fingerprint {
        Fingerprint(hex(&Sha256::digest(self.0.as_bytes())))
    }

    /// Whether this key has signed that.
    #[must_use]
    pub fn has_signed(self, message: &[u8], signature: &[u8; 64]) -> bool {
        self.0.verify_strict(message, &Signature::from_bytes(signature)).is_ok()
    }
}

/// The fingerprint of a key: SHA-256 of the public key. Printed in groups of four digits, so that people can compare it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// Without the gaps, as programs have it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let groups: Vec<&str> =
            self.0.as_bytes().chunks(4).map(|group| std::str::from_utf8(group).unwrap_or_default()).collect();
        f.write_str(&groups.join(" "))
    }
}

impl FromStr for Fingerprint {
    type Err = String;

    /// With gaps or without, in capitals or small letters, as it was written down.
    fn from_str(text: &str) -> Result<Self, String> {
        let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase();
        if bytes::<32>(&plain).is_some() {
            return Ok(Self(plain));
        }
        Err(format!("`{text}` is no fingerprint: expected 64 hexadecimal digits, with or without gaps"))
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_key_is_made_once_for_its_owner_alone_and_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        assert!(StationKey::read(folder.path()).unwrap().is_none());
        let (first, is_new) = StationKey::read_or_make(folder.path()).unwrap();
        assert!(is_new);
        let path = folder.path().join(KEY);
        let (text, mode) = (fs::read_to_string(&path).unwrap(), path.metadata().unwrap().mode());
        assert_eq!(mode & 0o7777, 0o600);
        assert_eq!(StationKey::make(folder.path()).unwrap().public(), first.public(), "what is there stays");
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
        let signature = first.sign(b"a");
        assert!(first.public().has_signed(b"a", &signature) && !first.public().has_signed(b"b", &signature));
        assert!(!format!("{first:?}").contains(text.split_whitespace().nth(14).unwrap()));
    }

    #[test]
    fn a_key_that_others_could_read_or_that_is_damaged_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        StationKey::make(folder.path()).unwrap();
        let path = folder.path().join(KEY);
        for mode in [0o644, 0o640, 0o602] {
            fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            let refused = StationKey::read(folder.path()).unwrap_err().to_string();
            assert!(refused.contains(&format!("mode {mode:04o}")) && refused.contains("chmod 600"), "{refused}");
        }
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        let whole = fs::read_to_string(&path).unwrap();
        let public = whole.find("public ").unwrap() + 7;
        let digit = if &whole[public..=public] == "0" { "1" } else { "0" };
        let swapped = format!("{}{digit}{}", &whole[..public], &whole[public + 1..]);
        for text in ["", &whole[..whole.len() / 2], &whole[1..], swapped.as_str(), &whole.replace("secret", "sekret")] {
            fs::write(&path, text).unwrap();
            let refused = StationKey::read(folder.path()).unwrap_err().to_string();
            assert!(refused.contains("is no whole key of a station"), "{text}: {refused}");
        }
    }

    #[test]
    fn a_pipe_in_the_place_of_the_key_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let made = std::process::Command::new("mkfifo").arg("-m600").arg(folder.path().join(KEY)).status().unwrap();
        assert!(made.success());
        let refused = StationKey::read(folder.path()).unwrap_err();
        assert!(matches!(refused, KeyError::Damaged { why: Damage::NoFile, .. }), "{refused}");
    }

    #[test]
    fn a_fingerprint_is_read_as_people_write_it() {
        let folder = tempfile::tempdir().unwrap();
        let fingerprint = StationKey::make(folder.path()).unwrap().public().fingerprint();
        let shown = fingerprint.to_string();
        assert_eq!((shown.len(), shown.matches(' ').count()), (64 + 15, 15));
        assert_eq!(shown.to_uppercase().parse(), Ok(fingerprint.clone()));
        assert_eq!(fingerprint.as_str().parse(), Ok(fingerprint));
        assert!("ab12".parse::<Fingerprint>().is_err());
    }
}
