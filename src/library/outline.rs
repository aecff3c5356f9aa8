//! What people see of a content before they listen: its outline, and of which kind it is.
//!
//! In: a path of the content store, which is decoded once from end to end. Out: some hundred columns; or the media type that a
//! browser needs to play it, read off its first bytes since a content has no name. Holds one block at a time. Next:
//! `crate::office::peaks`, which keeps outlines.

use std::fs::File;
use std::path::Path;

use super::decode::Decoder;
use super::error::ClipError;
use super::milliseconds;
use super::source::read_up_to;
use crate::sound::outline::{Outline, Pencil};

/// Decodes all of a file and draws its outline.
pub fn outline_of(path: &Path) -> Result<Outline, ClipError> {
    let mut decoder = Decoder::open(path)?;
    let mut pencil = Pencil::default();
    while let Some(block) = decoder.next_block()? {
        pencil.take(block);
    }
    Ok(pencil.finish(milliseconds(decoder.frames(), decoder.rate())))
}

/// The media type of an open file, by its first bytes.
pub fn kind_of(file: &File) -> std::io::Result<&'static str> {
    let mut head = [0; 12];
    let read = read_up_to(file, &mut head, 0)?;
    Ok(kind(&head[..read]))
}

fn kind(head: &[u8]) -> &'static str {
    match head {
        [b'R', b'I', b'F', b'F', ..] => "audio/wav",
        [b'f', b'L', b'a', b'C', ..] => "audio/flac",
        [b'O', b'g', b'g', b'S', ..] => "audio/ogg",
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => "audio/mp4",
        // ADTS has the two bits of the layer at zero, MPEG audio has not.
        [0xff, second, ..] if second & 0xf6 == 0xf0 => "audio/aac",
        // MP3, with or without a tag before it: all else that is taken in.
        _ => "audio/mpeg",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_tell_the_kind() {
        let all: [(&[u8], &str); 7] = [
            (b"RIFF\0\0\0\0WAVE", "audio/wav"),
            (b"fLaC\0\0\0\x22", "audio/flac"),
            (b"OggS\0\x02\0\0", "audio/ogg"),
            (b"\0\0\0\x20ftypM4A ", "audio/mp4"),
            (b"\xff\xf1\x50\x80", "audio/aac"),
            (b"\xff\xfb\x90\x64", "audio/mpeg"),
            (b"ID3\x04\0", "audio/mpeg"),
        ];
        for (head, expected) in all {
            assert_eq!(kind(head), expected);
        }
    }
}
