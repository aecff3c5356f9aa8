//! The socket of a service manager, spoken to as `sd_notify(3)` says.
//!
//! In: `NOTIFY_SOCKET`, a path or, with `@` in front, a name in the abstract namespace; lines of the form `NAME=value`. Out: one
//! datagram for each call. It never waits: a manager that does not read must not hold the station's loop. Written here
//! because the crates for it connect to paths only, or wait. Next: `mod.rs`.

use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};

use std::ffi::OsStr;

/// A connected socket.
#[derive(Debug)]
pub(super) struct Socket(UnixDatagram);

impl Socket {
    /// Connects to the manager's socket.
    pub(super) fn connect(name: &OsStr) -> io::Result<Self> {
        let address = match name.as_bytes().strip_prefix(b"@") {
            Some(name) => SocketAddr::from_abstract_name(name)?,
            None => SocketAddr::from_pathname(name)?,
        };
        let socket = UnixDatagram::unbound()?;
        socket.connect_addr(&address)?;
        socket.set_nonblocking(true)?;
        Ok(Self(socket))
    }

    /// Sends what belongs together.
    pub(super) fn send(&self, lines: &[&str]) -> io::Result<()> {
        let text = lines.join("\n");
        let sent = self.0.send(text.as_bytes())?;
        if sent == text.len() { Ok(()) } else { Err(io::ErrorKind::WriteZero.into()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(socket: &UnixDatagram) -> String {
        let mut bytes = [0; 256];
        let length = socket.recv(&mut bytes).unwrap();
        String::from_utf8(bytes[..length].to_vec()).unwrap()
    }

    #[test]
    fn a_path_and_an_abstract_name_are_spoken_to() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let name = format!("loa-test-{}", std::process::id());
        let by_path = UnixDatagram::bind(&path).unwrap();
        let by_name = UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(&name).unwrap()).unwrap();
        Socket::connect(path.as_os_str()).unwrap().send(&["READY=1", "STATUS=đang phát"]).unwrap();
        assert_eq!(heard(&by_path), "READY=1\nSTATUS=đang phát");
        Socket::connect(OsStr::new(&format!("@{name}"))).unwrap().send(&["WATCHDOG=1"]).unwrap();
        assert_eq!(heard(&by_name), "WATCHDOG=1");
    }

    #[test]
    fn a_manager_that_does_not_read_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let _deaf = UnixDatagram::bind(&path).unwrap();
        let socket = Socket::connect(path.as_os_str()).unwrap();
        let refused = (0..100_000).find_map(|_| socket.send(&["WATCHDOG=1"]).err());
        assert_eq!(refused.map(|error| error.kind()), Some(io::ErrorKind::WouldBlock));
    }

    #[test]
    fn a_socket_that_is_not_there_is_said() {
        assert!(Socket::connect(OsStr::new("/nowhere/notify")).is_err());
        assert!(Socket::connect(OsStr::new("")).is_err());
    }
}
