//! Reads the format and the size of an image from its bytes.

/// What the header of an image says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ImageFacts {
    /// As in the `format` member of an image block.
    pub(crate) format: &'static str,
    /// In pixels.
    pub(crate) width: u32,
    /// In pixels.
    pub(crate) height: u32,
}

/// The facts of a PNG, JPEG, GIF or WebP image; `None` for anything else or if the header is cut short.
pub(crate) fn read(bytes: &[u8]) -> Option<ImageFacts> {
    let (format, (width, height)) = if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        ("png", png_size(bytes)?)
    } else if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
        ("jpeg", jpeg_size(bytes)?)
    } else if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
        ("gif", (little16(bytes, 6)?, little16(bytes, 8)?))
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12)? == b"WEBP" {
        ("webp", webp_size(bytes)?)
    } else {
        return None;
    };
    Some(ImageFacts { format, width, height })
}

/// The first chunk, always `IHDR`, begins with width and height.
fn png_size(bytes: &[u8]) -> Option<(u32, u32)> {
    if bytes.get(12..16)? != b"IHDR" {
        return None;
    }
    Some((big32(bytes, 16)?, big32(bytes, 20)?))
}

/// Walks the segments to the first start-of-frame.
fn jpeg_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        if *bytes.get(at)? != 0xFF {
            return None;
        }
        match *bytes.get(at + 1)? {
            // Fill bytes before a marker.
            0xFF => at += 1,
            // Markers that stand alone.
            0x01 | 0xD0..=0xD8 => at += 2,
            // Start of frame, whatever the process; C4, C8 and CC are other segments of that range.
            0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
                return Some((big16(bytes, at + 7)?, big16(bytes, at + 5)?));
            }
            // Pixels or the end before any frame.
            0xD9 | 0xDA => return None,
            _ => at += 2 + usize::try_from(big16(bytes, at + 2)?).ok()?,
        }
    }
}

/// Each of the three kinds of WebP keeps its size elsewhere.
fn webp_size(bytes: &[u8]) -> Option<(u32, u32)> {
    match bytes.get(12..16)? {
        b"VP8 " if bytes.get(23..26)? == [0x9D, 0x01, 0x2A] => {
            // The upper two bits are a scaling hint.
            Some((little16(bytes, 26)? & 0x3FFF, little16(bytes, 28)? & 0x3FFF))
        }
        b"VP8L" if *bytes.get(20)? == 0x2F => {
            let packed = little16(bytes, 21)? | (little16(bytes, 23)? << 16);
            Some(((packed & 0x3FFF) + 1, ((packed >> 14) & 0x3FFF) + 1))
        }
        b"VP8X" => Some((little24(bytes, 24)? + 1, little24(bytes, 27)? + 1)),
        _ => None,
    }
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}

fn big16(bytes: &[u8], at: usize) -> Option<u32> {
    array(bytes, at).map(u16::from_be_bytes).map(u32::from)
}

fn big32(bytes: &[u8], at: usize) -> Option<u32> {
    array(bytes, at).map(u32::from_be_bytes)
}

fn little16(bytes: &[u8], at: usize) -> Option<u32> {
    array(bytes, at).map(u16::from_le_bytes).map(u32::from)
}

fn little24(bytes: &[u8], at: usize) -> Option<u32> {
    let [low, middle, high] = array(bytes, at)?;
    Some(u32::from_le_bytes([low, middle, high, 0]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(format: &'static str, width: u32, height: u32) -> Option<ImageFacts> {
        Some(ImageFacts { format, width, height })
    }

    #[test]
    fn png_and_gif() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x02\x80\0\0\x01\xe0\x08\x02\0\0\0";
        assert_eq!(read(png), facts("png", 640, 480));
        assert_eq!(read(b"GIF89a\x10\x00\x20\x01"), facts("gif", 16, 288));
        assert_eq!(read(b"GIF87a\x10\x00\x20\x01"), facts("gif", 16, 288));
    }

    #[test]
    fn jpeg_skips_the_segments_before_the_frame() {
        let mut jpeg = vec![0xFF, 0xD8];
        jpeg.extend([0xFF, 0xE0, 0x00, 0x04, 0xFF, 0xC0]); // an application segment that contains a marker
        jpeg.extend([0xFF, 0xFF]); // fill bytes
        jpeg.extend([0xC4, 0x00, 0x03, 0x00]); // a Huffman table, in the middle of the range of frames
        jpeg.extend([0xFF, 0xC2, 0x00, 0x11, 0x08, 0x01, 0x00, 0x02, 0x00]);
        assert_eq!(read(&jpeg), facts("jpeg", 512, 256));
        jpeg.truncate(jpeg.len() - 1);
        assert_eq!(read(&jpeg), None);
    }

    #[test]
    fn webp_of_each_kind() {
        let lossy = b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a\x40\x01\xf0\x00";
        assert_eq!(read(lossy), facts("webp", 320, 240));
        let lossless = b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f\x3f\xc1\x3b\x00";
        assert_eq!(read(lossless), facts("webp", 320, 240));
        let extended = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x3f\x01\0\xef\0\0";
        assert_eq!(read(extended), facts("webp", 320, 240));
    }

    #[test]
    fn other_bytes_are_no_image() {
        for bytes in [
            &b""[..],
            b"hello",
            b"RIFF\0\0\0\0WAVE",
            b"\x89PNG\r\n\x1a\n",
            b"\xff\xd8\xff\xd9",
            b"GIF89a\x01",
        ] {
            assert_eq!(read(bytes), None, "{bytes:?}");
        }
    }
}
