use serde::{Deserialize, Serialize};

use crate::Blob;

/// An image: `{"type": "image", "source": …}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ImageBlock {
    /// Where the image is.
    pub source: MediaSource,
}

/// A video: `{"type": "video", "source": …}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VideoBlock {
    /// Where the video is.
    pub source: MediaSource,
}

/// A sound recording: `{"type": "audio", "source": …}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AudioBlock {
    /// Where the recording is.
    pub source: MediaSource,
}

macro_rules! media_block {
    ($($name:ident),+) => {$(
        impl $name {
            /// A block with this source.
            pub fn new(source: impl Into<MediaSource>) -> Self {
                Self { source: source.into() }
            }
        }
    )+};
}

media_block!(ImageBlock, VideoBlock, AudioBlock);

/// Where a picture, video or recording is. Which sources a provider takes is its own matter; one that it cannot take
/// is a local error.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum MediaSource {
    /// The bytes themselves.
    #[serde(rename = "base64")]
    Bytes {
        /// The media type (RFC 6838), such as `image/png`. Without one, the format is read from the bytes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        media_type: Option<String>,
        /// The content, at least one byte.
        data: Blob,
    },
    /// An address that the provider fetches.
    Url {
        /// An `https` address.
        url: String,
    },
    /// An object in Amazon S3.
    S3 {
        /// `s3://bucket/key`.
        uri: String,
        /// The media type, since nothing can be read from the bytes here.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        media_type: Option<String>,
        /// The twelve-digit account that owns the bucket, if it is not the caller's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bucket_owner: Option<String>,
    },
    /// A file uploaded to the provider before.
    File {
        /// The provider's id of the file.
        file_id: String,
    },
}

impl MediaSource {
    /// Bytes whose format is read from their first bytes.
    pub fn bytes(data: impl Into<Blob>) -> Self {
        Self::Bytes { media_type: None, data: data.into() }
    }

    /// Bytes of a known media type, such as `image/png`.
    pub fn bytes_of_type(media_type: impl Into<String>, data: impl Into<Blob>) -> Self {
        Self::Bytes { media_type: Some(media_type.into()), data: data.into() }
    }

    /// An `https` address.
    pub fn url(url: impl Into<String>) -> Self {
        Self::Url { url: url.into() }
    }

    /// An object in Amazon S3, in a bucket of the caller's own account.
    pub fn s3(uri: impl Into<String>, media_type: impl Into<String>) -> Self {
        Self::S3 { uri: uri.into(), media_type: Some(media_type.into()), bucket_owner: None }
    }
}

impl From<Blob> for MediaSource {
    fn from(data: Blob) -> Self {
        Self::bytes(data)
    }
}

impl From<Vec<u8>> for MediaSource {
    fn from(data: Vec<u8>) -> Self {
        Self::bytes(data)
    }
}

/// Where a document is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum DocumentSource {
    /// The bytes of a file.
    #[serde(rename = "base64")]
    Bytes {
        /// The media type (RFC 6838), such as `application/pdf`.
        media_type: String,
        /// The content, at least one byte.
        data: Blob,
    },
    /// Plain text.
    Text {
        /// The whole text.
        text: String,
    },
    /// Text in pieces that citations can point at.
    Content {
        /// The pieces, in order.
        content: Vec<String>,
    },
    /// An address that the provider fetches.
    Url {
        /// An `https` address.
        url: String,
    },
    /// An object in Amazon S3.
    S3 {
        /// `s3://bucket/key`.
        uri: String,
        /// The media type, such as `application/pdf`.
        media_type: String,
        /// The twelve-digit account that owns the bucket, if it is not the caller's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bucket_owner: Option<String>,
    },
    /// A file uploaded to the provider before.
    File {
        /// The provider's id of the file.
        file_id: String,
    },
}

/// The four image formats that models read.
///
/// ```
/// use roo_core::ImageFormat;
///
/// assert_eq!(ImageFormat::sniff(b"\x89PNG\r\n\x1a\n..."), Some(ImageFormat::Png));
/// assert_eq!(ImageFormat::from_media_type("image/jpeg; q=1"), Some(ImageFormat::Jpeg));
/// assert_eq!(ImageFormat::sniff(b"BM"), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ImageFormat {
    /// Portable Network Graphics.
    Png,
    /// JPEG.
    Jpeg,
    /// Graphics Interchange Format.
    Gif,
    /// WebP.
    Webp,
}

impl ImageFormat {
    /// The format that `bytes` begin with, if it is one of the four.
    pub fn sniff(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Self::Png),
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Self::Gif),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::Webp),
            _ => None,
        }
    }

    /// The format that a media type names; parameters and letter case do not matter, and the unregistered but common
    /// `image/jpg` is taken for JPEG.
    pub fn from_media_type(media_type: &str) -> Option<Self> {
        let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match essence.as_str() {
            "image/png" => Some(Self::Png),
            "image/jpeg" | "image/jpg" => Some(Self::Jpeg),
            "image/gif" => Some(Self::Gif),
            "image/webp" => Some(Self::Webp),
            _ => None,
        }
    }

    /// The registered media type, such as `image/png`.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
            Self::Webp => "image/webp",
        }
    }

    /// The bare name, such as `png`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpeg",
            Self::Gif => "gif",
            Self::Webp => "webp",
        }
    }
}
