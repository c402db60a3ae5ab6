//! Which format a picture, document, video or recording has, in Bedrock's words.

use roo_core::ImageFormat;

/// Media types and the format that Bedrock calls them by. The first of a format is the registered one.
const DOCUMENTS: &[(&str, &str)] = &[
    ("application/pdf", "pdf"),
    ("text/csv", "csv"),
    ("application/msword", "doc"),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    ("application/vnd.ms-excel", "xls"),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    ("text/html", "html"),
    ("text/plain", "txt"),
    ("text/markdown", "md"),
];

const VIDEOS: &[(&str, &str)] = &[
    ("video/x-matroska", "mkv"),
    ("video/matroska", "mkv"),
    ("video/quicktime", "mov"),
    ("video/mp4", "mp4"),
    ("video/x-m4v", "mp4"),
    ("video/webm", "webm"),
    ("video/x-flv", "flv"),
    ("video/mpeg", "mpeg"),
    ("video/mpg", "mpg"),
    ("video/x-ms-wmv", "wmv"),
    ("video/3gpp", "three_gp"),
];

const AUDIOS: &[(&str, &str)] = &[
    ("audio/mpeg", "mp3"),
    ("audio/mp3", "mp3"),
    ("audio/opus", "opus"),
    ("audio/wav", "wav"),
    ("audio/x-wav", "wav"),
    ("audio/aac", "aac"),
    ("audio/x-aac", "x-aac"),
    ("audio/flac", "flac"),
    ("audio/x-flac", "flac"),
    ("audio/mp4", "mp4"),
    ("audio/ogg", "ogg"),
    ("audio/x-matroska", "mka"),
    ("audio/m4a", "m4a"),
    ("audio/x-m4a", "m4a"),
    ("audio/mpga", "mpga"),
    ("audio/pcm", "pcm"),
    ("audio/l16", "pcm"),
    ("audio/webm", "webm"),
];

/// A kind of media, with what Bedrock takes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MediaKind {
    Image,
    Document,
    Video,
    Audio,
}

impl MediaKind {
    fn formats(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Image => &[
                ("image/png", "png"),
                ("image/jpeg", "jpeg"),
                ("image/jpg", "jpeg"),
                ("image/gif", "gif"),
                ("image/webp", "webp"),
            ],
            Self::Document => DOCUMENTS,
            Self::Video => VIDEOS,
            Self::Audio => AUDIOS,
        }
    }

    /// The format that a media type names.
    pub(super) fn named(self, media_type: &str) -> Option<&'static str> {
        let essence = media_type.split(';').next().unwrap_or_default().trim();
        let named = self.formats().iter().find(|(known, _)| essence.eq_ignore_ascii_case(known));
        named.map(|(_, format)| *format)
    }

    /// The format that bytes begin with. Plain text in its forms cannot be told apart, and is `txt`.
    pub(super) fn sniffed(self, bytes: &[u8]) -> Option<&'static str> {
        if self == Self::Image {
            return ImageFormat::sniff(bytes).map(ImageFormat::as_str);
        }
        let found = infer::get(bytes).map(|found| found.mime_type());
        match (self, found) {
            // A recording may come in a container of videos.
            (Self::Audio, Some("video/mp4")) => Some("mp4"),
            (Self::Audio, Some("video/webm")) => Some("webm"),
            (Self::Audio, Some("video/x-matroska")) => Some("mka"),
            (Self::Document, None) if std::str::from_utf8(bytes).is_ok() => Some("txt"),
            (_, Some(media_type)) => self.named(media_type),
            (_, None) => None,
        }
    }

    /// All formats, for an error.
    pub(super) fn known(self) -> String {
        let mut known: Vec<&str> = self.formats().iter().map(|(_, format)| *format).collect();
        known.dedup();
        known.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b36_b38_media_types_name_their_formats() {
        for (kind, media_type, format) in [
            (MediaKind::Image, "image/JPG", Some("jpeg")),
            (MediaKind::Image, "image/bmp", None),
            (MediaKind::Document, "text/csv; charset=utf-8", Some("csv")),
            (MediaKind::Document, "application/zip", None),
            (MediaKind::Video, "video/3gpp", Some("three_gp")),
            (MediaKind::Audio, "audio/x-wav", Some("wav")),
        ] {
            assert_eq!(kind.named(media_type), format, "{media_type}");
        }
    }

    #[test]
    fn b36_formats_are_read_from_the_first_bytes() {
        for (kind, bytes, format) in [
            (MediaKind::Document, b"%PDF-1.7\n".as_slice(), Some("pdf")),
            (MediaKind::Document, b"<!DOCTYPE html><html>", Some("html")),
            (MediaKind::Document, "naïve text".as_bytes(), Some("txt")),
            (MediaKind::Document, b"\xff\xfe\x00\x01", None),
            (MediaKind::Video, b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom", Some("mp4")),
            (MediaKind::Video, b"FLV\x01\x05\x00\x00\x00\x09", Some("flv")),
            (MediaKind::Audio, b"RIFF\x24\x00\x00\x00WAVEfmt ", Some("wav")),
            (MediaKind::Audio, b"fLaC\x00\x00\x00\x22", Some("flac")),
            (MediaKind::Audio, b"ID3\x04\x00\x00\x00\x00\x00\x00", Some("mp3")),
            (MediaKind::Audio, b"nothing", None),
        ] {
            assert_eq!(kind.sniffed(bytes), format, "{bytes:?}");
        }
    }
}
