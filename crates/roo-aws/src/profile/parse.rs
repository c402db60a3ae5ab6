//! The grammar of the profile files. It looks like INI and is not: white space is space and tab, a line that begins
//! with white space continues the one before it, and a comment after a value needs white space in front.

use std::fmt;

use super::set::{ProfileFile, ProfileSet, Property, Section};

const WHITE_SPACE: [char; 2] = [' ', '\t'];
const COMMENT: [char; 2] = ['#', ';'];

/// Reads the text of the config file and of the credentials file; one that does not exist is empty.
///
/// Sections and keys whose names have other characters than letters, digits and `_-/.%@:+` are left out, as are
/// sections of the config file that are neither `[default]` nor begin with `profile`, `sso-session` or `services`.
/// `[profile default]` replaces `[default]`.
///
/// ```
/// use roo_aws::profile::parse;
///
/// let set = parse("[profile dev]\nregion = eu-west-1 # Ireland", "[dev]\naws_access_key_id = AKIDEXAMPLE")?;
/// let dev = set.profile("dev").unwrap();
/// assert_eq!((dev.get("region"), dev.get("aws_access_key_id")), (Some("eu-west-1"), Some("AKIDEXAMPLE")));
///
/// let error = parse("[profile dev]\nregion: eu-west-1", "").unwrap_err();
/// assert_eq!(error.to_string(), "config file, line 2: Expected an '=' sign defining a property");
/// # Ok::<(), roo_aws::profile::ParseError>(())
/// ```
///
/// # Errors
/// The first line that is not of this grammar. Then nothing of either file counts: half a configuration could choose
/// another account.
pub fn parse(config: &str, credentials: &str) -> Result<ProfileSet, ParseError> {
    let mut set = ProfileSet::default();
    let config = sections(config, ProfileFile::Config)?;
    let credentials = sections(credentials, ProfileFile::Credentials)?;

    let has_prefixed_default =
        config.iter().any(|section| SectionName::of(section.name) == SectionName::Profile("default"));
    for section in config {
        match SectionName::of(section.name) {
            SectionName::Profile(name) => {
                section.merge_into(set.profiles.entry(name.to_owned()).or_default());
            }
            SectionName::Default if !has_prefixed_default => {
                section.merge_into(set.profiles.entry("default".to_owned()).or_default());
            }
            SectionName::SsoSession(name) => {
                section.merge_into(set.sso_sessions.entry(name.to_owned()).or_default());
            }
            SectionName::Services(name) => {
                section.merge_into(set.services.entry(name.to_owned()).or_default());
            }
            SectionName::Default | SectionName::Unknown => {}
        }
    }
    // Second, because its properties win.
    for section in credentials.into_iter().filter(|section| is_identifier(section.name)) {
        section.merge_into(set.profiles.entry(section.name.to_owned()).or_default());
    }
    Ok(set)
}

/// A line that is not of the grammar. Its text is not kept: it may hold a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    file: ProfileFile,
    line: usize,
    message: &'static str,
}

impl ParseError {
    /// The file.
    pub fn file(&self) -> ProfileFile {
        self.file
    }

    /// The line, counted from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// What is wrong with it.
    pub fn message(&self) -> &str {
        self.message
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, line {}: {}", self.file, self.line, self.message)
    }
}

impl std::error::Error for ParseError {}

/// What a section of the config file is.
#[derive(PartialEq, Eq)]
enum SectionName<'a> {
    /// `[default]`, without the prefix.
    Default,
    Profile(&'a str),
    SsoSession(&'a str),
    Services(&'a str),
    Unknown,
}

impl<'a> SectionName<'a> {
    fn of(text: &'a str) -> Self {
        if text == "default" {
            return Self::Default;
        }
        let Some((prefix, name)) = text.split_once(WHITE_SPACE) else { return Self::Unknown };
        let name = name.trim_matches(WHITE_SPACE);
        match prefix {
            _ if !is_identifier(name) => Self::Unknown,
            "profile" => Self::Profile(name),
            "sso-session" => Self::SsoSession(name),
            "services" => Self::Services(name),
            _ => Self::Unknown,
        }
    }
}

fn is_identifier(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-/.%@:+".contains(&byte))
}

/// A section as it is written, before its name is looked at.
struct RawSection<'a> {
    name: &'a str,
    properties: Vec<RawProperty>,
}

struct RawProperty {
    key: String,
    property: Property,
    /// Nothing stands behind the `=`, so the lines that follow are `name = value` themselves.
    has_sub_properties: bool,
}

impl RawSection<'_> {
    fn merge_into(&self, section: &mut Section) {
        let valid = self.properties.iter().filter(|property| is_identifier(&property.key));
        section.properties.extend(valid.map(|property| (property.key.clone(), property.property.clone())));
    }
}

fn sections(text: &str, file: ProfileFile) -> Result<Vec<RawSection<'_>>, ParseError> {
    let mut sections = Vec::new();
    // Some editors put a byte order mark in front.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (index, line) in text.lines().enumerate() {
        let line_number = index + 1;
        read_line(&mut sections, line, file, line_number).map_err(|message| ParseError {
            file,
            line: line_number,
            message,
        })?;
    }
    Ok(sections)
}

fn read_line<'a>(
    sections: &mut Vec<RawSection<'a>>,
    line: &'a str,
    file: ProfileFile,
    line_number: usize,
) -> Result<(), &'static str> {
    if line.starts_with(COMMENT) || line.trim_matches(WHITE_SPACE).is_empty() {
        return Ok(());
    }
    if line.starts_with('[') {
        let definition = without_comment(line, |_| true);
        let name = definition.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let name = name.ok_or("Profile definition must end with ']'")?.trim_matches(WHITE_SPACE);
        sections.push(RawSection { name, properties: Vec::new() });
        return Ok(());
    }
    let section = sections.last_mut().ok_or("Expected a profile definition")?;
    if line.starts_with(WHITE_SPACE) {
        let last = section.properties.last_mut();
        return last.ok_or("Expected a property definition, found continuation")?.continue_with(line);
    }
    let line = without_comment(line, |before| before.ends_with(WHITE_SPACE));
    let (key, value) = line.split_once('=').ok_or("Expected an '=' sign defining a property")?;
    let (key, value) = (key.trim_matches(WHITE_SPACE), value.trim_matches(WHITE_SPACE));
    if key.is_empty() {
        return Err("Property did not have a name");
    }
    section.properties.push(RawProperty {
        key: key.to_ascii_lowercase(),
        property: Property { value: value.to_owned(), file, line: line_number },
        has_sub_properties: value.is_empty(),
    });
    Ok(())
}

impl RawProperty {
    /// Appends a line, of which even what looks like a comment is part of the value.
    fn continue_with(&mut self, line: &str) -> Result<(), &'static str> {
        let line = line.trim_matches(WHITE_SPACE);
        if self.has_sub_properties {
            let (name, _) = line.split_once('=').ok_or("Expected an '=' sign defining a sub-property")?;
            if name.trim_matches(WHITE_SPACE).is_empty() {
                return Err("Sub-property did not have a name");
            }
        }
        self.property.value.push('\n');
        self.property.value.push_str(line);
        Ok(())
    }
}

/// The line up to the first comment sign that `counts` accepts, given what comes before it.
fn without_comment(line: &str, counts: impl Fn(&str) -> bool) -> &str {
    let mut heads = line.match_indices(COMMENT).filter_map(|(index, _)| line.get(..index));
    heads.find(|head| counts(head)).unwrap_or(line).trim_matches(WHITE_SPACE)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn config(text: &str) -> ProfileSet {
        parse(text, "").unwrap()
    }

    fn value(text: &str, key: &str) -> Option<String> {
        config(text).profile("a").unwrap().get(key).map(str::to_owned)
    }

    #[test]
    fn comments_need_white_space_after_a_value_and_none_after_a_section() {
        assert_eq!(value("[profile a]#x\nk = v # c", "k").as_deref(), Some("v"));
        assert_eq!(value("[profile a];x\nk = v#c ;d", "k").as_deref(), Some("v#c"));
        assert_eq!(value("# x\n; y\n[profile a]\nk = # c", "k").as_deref(), Some(""));
    }

    #[test]
    fn continued_lines_belong_to_the_value_whole() {
        assert_eq!(
            value("[profile a]\nk = v\n  w ; not a comment \n\n\tx", "k").unwrap(),
            "v\nw ; not a comment\nx"
        );
    }

    #[test]
    fn keys_are_in_lower_case_and_the_last_of_a_key_counts() {
        assert_eq!(
            value("[profile a]\nReGion = x\n[profile b]\n[profile a]\nregion = y", "region").unwrap(),
            "y"
        );
    }

    #[test]
    fn the_credentials_file_wins_and_says_where() {
        let set = parse("[profile a]\nk = 1\nl = 2", "\n[a]\nk = 3").unwrap();
        let property = set.profile("a").unwrap().property("k").unwrap();
        assert_eq!((property.value(), property.file(), property.line()), ("3", ProfileFile::Credentials, 3));
        assert_eq!(set.profile("a").unwrap().get("l"), Some("2"));
    }

    #[test]
    fn sections_of_every_kind_have_a_place_of_their_own() {
        let set = config(
            "[sso-session a]\nk = 1\n[services a]\nbedrock_runtime =\n  Endpoint_Url = x = y\n[profile a]",
        );
        assert_eq!(set.sso_session("a").unwrap().get("k"), Some("1"));
        let service = set.services("a").unwrap().property("bedrock_runtime").unwrap();
        assert_eq!(service.value(), "\nEndpoint_Url = x = y");
        assert_eq!(service.sub_property("endpoint_url"), Some("x = y"));
        assert_eq!(service.sub_property("other"), None);
        assert_eq!(set.profile("a").unwrap().properties().count(), 0);
        assert_eq!(set.profiles().map(|(name, _)| name).collect::<Vec<_>>(), ["a"]);
    }

    #[test]
    fn prefixed_default_replaces_the_plain_one_in_either_order() {
        for text in
            ["[default]\na = 1\n[profile default]\nb = 2", "[profile default]\nb = 2\n[default]\na = 1"]
        {
            let set = config(text);
            assert_eq!(
                (set.profile("default").unwrap().get("a"), set.profile("default").unwrap().get("b")),
                (None, Some("2"))
            );
        }
    }

    #[test]
    fn errors_name_the_file_and_the_line_and_never_quote_it() {
        let cases = [
            ("k = v", 1, "Expected a profile definition"),
            ("\n\n[profile a", 3, "Profile definition must end with ']'"),
            ("[profile a]\n\n = v", 3, "Expected a property definition, found continuation"),
            ("[profile a]\n= v", 2, "Property did not have a name"),
            ("[profile a]\r\nsecret", 2, "Expected an '=' sign defining a property"),
            ("[profile a]\ns3 =\n x", 3, "Expected an '=' sign defining a sub-property"),
            ("[profile a]\ns3 =\n = x", 3, "Sub-property did not have a name"),
        ];
        for (text, line, message) in cases {
            let error = parse(text, "").unwrap_err();
            assert_eq!((error.file(), error.line(), error.message()), (ProfileFile::Config, line, message));
            assert!(!error.to_string().contains("secret"));
        }
        let error = parse("", "[a]\nsecret").unwrap_err();
        assert_eq!(error.to_string(), "credentials file, line 2: Expected an '=' sign defining a property");
    }

    #[test]
    fn even_a_section_that_is_left_out_must_follow_the_grammar() {
        assert_eq!(parse("[profile in valid]\nsecret", "").unwrap_err().line(), 2);
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_text() {
        assert!(config("\u{feff}[profile a]").profile("a").is_some());
    }

    #[test]
    fn debug_shows_no_value() {
        let set = parse("", "[a]\naws_secret_access_key = hush").unwrap();
        let shown = format!("{set:?}");
        assert!(shown.contains("aws_secret_access_key") && !shown.contains("hush"), "{shown}");
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic_and_errors_point_into_the_text(
            lines in vec("[\\[\\]a=#; \t\u{e9}-]{0,12}|\\[profile a\\]|a = b| a = b|a =", 0..12),
        ) {
            let text = lines.join("\n");
            if let Err(error) = parse(&text, "") {
                prop_assert!((1..=lines.len()).contains(&error.line()));
                prop_assert!(parse("", &text).is_err(), "both files have the same grammar");
            }
        }
    }
}
