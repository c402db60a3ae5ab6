/// Gives a `#[serde(remote = "Self", tag = "type")]` enum with an `Unknown` variant open serde implementations: a
/// `type` that this version does not know is kept as raw JSON, while a known one with wrong members is an error.
macro_rules! open_enum {
    ($name:ident, $unknown:ident, [$($tag:literal),+ $(,)?]) => {
        impl $name {
            /// The `type` of every known variant, as it stands in JSON.
            const TAGS: &'static [&'static str] = &[$($tag),+];
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
                match self {
                    Self::Unknown(unknown) => unknown.serialize(serializer),
                    known => Self::serialize(known, serializer),
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
                let value = serde_json::Value::deserialize(deserializer)?;
                let tag = value.get("type").and_then(serde_json::Value::as_str);
                if tag.is_some_and(|tag| Self::TAGS.contains(&tag)) {
                    Self::deserialize(value).map_err(serde::de::Error::custom)
                } else {
                    Ok(Self::Unknown($unknown::from_json(value)))
                }
            }
        }
    };
}

/// A raw JSON value together with the provider that sent it, stored as `{"type": "unknown", "provider", "raw"}`.
/// Without a provider it is the stored form of something a newer version wrote, and is written back as it was.
macro_rules! unknown_value {
    ($(#[$attribute:meta])* $name:ident) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub struct $name {
            /// Who sent it, as [`Provider::id`](crate::Provider::id) says; empty if that is not known.
            pub provider: String,
            /// The value as it was received.
            pub raw: serde_json::Value,
        }

        impl $name {
            /// Keeps `raw` as it came from `provider`.
            pub fn new(provider: impl Into<String>, raw: serde_json::Value) -> Self {
                Self { provider: provider.into(), raw }
            }

            pub(crate) fn from_json(mut value: serde_json::Value) -> Self {
                let wrapped = value.get("type").and_then(serde_json::Value::as_str) == Some("unknown");
                let provider = value.get("provider").and_then(serde_json::Value::as_str).map(str::to_owned);
                match (wrapped, provider, value.get_mut("raw")) {
                    (true, Some(provider), Some(raw)) => Self { provider, raw: raw.take() },
                    _ => Self { provider: String::new(), raw: value },
                }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
                use serde::ser::SerializeStruct as _;
                if self.provider.is_empty() {
                    return self.raw.serialize(serializer);
                }
                let mut wrapped = serializer.serialize_struct(stringify!($name), 3)?;
                wrapped.serialize_field("type", "unknown")?;
                wrapped.serialize_field("provider", &self.provider)?;
                wrapped.serialize_field("raw", &self.raw)?;
                wrapped.end()
            }
        }
    };
}

pub(crate) use {open_enum, unknown_value};
