//! The profile files as they are now, and the profile that was chosen from them.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use roo_core::Result;

use super::location::Locations;
use super::parse::parse;
use super::set::{ProfileFile, ProfileSet, Property, Section};
use crate::context::AwsContext;
use crate::error::config;
use crate::origin::{Found, Origin};

/// Reads the profile files when they are first needed and again when credentials are.
#[derive(Debug)]
pub(crate) struct ProfilesSource {
    context: AwsContext,
    profile: Option<String>,
    current: Mutex<Option<Arc<Profiles>>>,
}

impl ProfilesSource {
    /// The files of this context, with the profile chosen in code if there is one.
    pub(crate) fn new(context: AwsContext, profile: Option<String>) -> Self {
        Self { context, profile, current: Mutex::new(None) }
    }

    /// Whether the profile was chosen in code.
    pub(crate) fn is_chosen_in_code(&self) -> bool {
        self.profile.is_some()
    }

    /// The files as they were read last.
    pub(crate) fn current(&self) -> Result<Arc<Profiles>> {
        self.read(false)
    }

    /// The files as they are now.
    pub(crate) fn reload(&self) -> Result<Arc<Profiles>> {
        self.read(true)
    }

    /// Forgets what was read.
    pub(crate) fn forget(&self) {
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn read(&self, again: bool) -> Result<Arc<Profiles>> {
        // Held while reading, so that callers who come together read once. Nothing is half done if one panics.
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(profiles) = current.as_ref().filter(|_| !again) {
            return Ok(Arc::clone(profiles));
        }
        let profiles = Arc::new(Profiles::read(&self.context, self.profile.as_deref())?);
        *current = Some(Arc::clone(&profiles));
        Ok(profiles)
    }
}

/// Both files, read once, and the profile chosen from them.
#[derive(Debug)]
pub(crate) struct Profiles {
    set: ProfileSet,
    locations: Locations,
    config_exists: bool,
    credentials_exists: bool,
}

impl Profiles {
    fn read(context: &AwsContext, chosen: Option<&str>) -> Result<Self> {
        let locations = Locations::with_profile(context, chosen)?;
        let config_text = read_file(context, &locations, ProfileFile::Config)?;
        let credentials_text = read_file(context, &locations, ProfileFile::Credentials)?;
        let set = parse(
            config_text.as_deref().unwrap_or_default(),
            credentials_text.as_deref().unwrap_or_default(),
        )
        .map_err(|error| {
            let path = locations.path(error.file()).unwrap_or("".as_ref()).display();
            config(format!("{path}, line {}: {}", error.line(), error.message()))
                .with_hint("Correct that line; until then nothing of the profile files counts.")
                .with_source(error)
        })?;
        Ok(Self {
            set,
            locations,
            config_exists: config_text.is_some(),
            credentials_exists: credentials_text.is_some(),
        })
    }

    /// The name of the chosen profile.
    pub(crate) fn name(&self) -> &str {
        self.locations.profile()
    }

    /// Whether a profile was chosen by name, and there is none of that name.
    pub(crate) fn is_misnamed(&self) -> bool {
        self.selected().is_none() && *self.origin() != Origin::Default
    }

    /// The chosen profile, if it is in the files.
    pub(crate) fn selected(&self) -> Option<&Section> {
        self.set.profile(self.name())
    }

    /// A setting of the chosen profile. One that is blank counts as not set.
    pub(crate) fn setting(&self, key: &str) -> Option<Found<&str>> {
        self.setting_of(self.name(), key)
    }

    /// A setting of any profile. One that is blank counts as not set.
    pub(crate) fn setting_of(&self, profile: &str, key: &str) -> Option<Found<&str>> {
        let property = self.set.profile(profile)?.property(key)?;
        self.found(key, property, property.value())
    }

    /// What the `[services]` section that the chosen profile refers to says about one service.
    pub(crate) fn service_setting(&self, service: &str, key: &str) -> Option<Found<&str>> {
        let section = self.set.services(self.setting("services")?.value)?;
        let property = section.property(service)?;
        self.found(key, property, property.sub_property(key)?)
    }

    fn found<'a>(&self, key: &str, property: &Property, value: &'a str) -> Option<Found<&'a str>> {
        let path = self.locations.path(property.file())?.to_owned();
        let origin = Origin::File { key: key.to_owned(), path, line: property.line() };
        Some(value.trim()).filter(|value| !value.is_empty()).map(|value| Found::new(value, origin))
    }

    /// Who chose the profile.
    pub(crate) fn origin(&self) -> &Origin {
        self.locations.profile_origin()
    }

    /// The chosen profile and who chose it, to begin a sentence with.
    pub(crate) fn title(&self) -> String {
        let name = self.name().escape_debug();
        match self.origin() {
            Origin::Default => format!("`{name}`"),
            origin => format!("`{name}` (from {origin})"),
        }
    }

    /// Why the chosen profile does not have a setting.
    pub(crate) fn why_without(&self, what: &str) -> String {
        let (title, files) = (self.title(), self.files());
        if self.selected().is_some() {
            return format!("{title} has no {what}; {files}");
        }
        let names: Vec<_> = self.set.profiles().map(|(name, _)| format!("`{name}`")).collect();
        if names.is_empty() {
            format!("{title} is not defined; {files}")
        } else {
            format!("{title} is not defined, only {}; {files}", names.join(", "))
        }
    }

    fn files(&self) -> String {
        let describe = |file, exists| match (self.locations.path(file), exists) {
            (None, _) => format!("there is no home directory for the {file}"),
            (Some(path), true) => format!("read {}", path.display()),
            (Some(path), false) => format!("{} does not exist", path.display()),
        };
        let config = describe(ProfileFile::Config, self.config_exists);
        let credentials = describe(ProfileFile::Credentials, self.credentials_exists);
        format!("{config}, {credentials}")
    }
}

/// The text of a file, or nothing if it does not exist.
fn read_file(context: &AwsContext, locations: &Locations, file: ProfileFile) -> Result<Option<String>> {
    let Some(path) = locations.path(file) else { return Ok(None) };
    let bytes = match context.read(path) {
        Ok(bytes) => bytes,
        // The second is what a home directory such as `/dev/null` gives.
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => {
            return Err(config(format!("the AWS {file} {} cannot be read: {error}", path.display()))
                .with_hint("Make it readable, or name another one with AWS_CONFIG_FILE or AWS_SHARED_CREDENTIALS_FILE.")
                .with_source(error));
        }
    };
    String::from_utf8(bytes).map(Some).map_err(|error| {
        let valid = error.as_bytes().iter().take(error.utf8_error().valid_up_to());
        let line = valid.filter(|byte| **byte == b'\n').count() + 1;
        config(format!("{}, line {line}: not UTF-8", path.display())).with_hint("Save the file as UTF-8.")
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use roo_core::ErrorKind;

    use super::*;
    use crate::context::Files;

    fn context() -> AwsContext {
        AwsContext::isolated().with_variable("HOME", "/h")
    }

    fn read(context: &AwsContext) -> Result<Arc<Profiles>> {
        ProfilesSource::new(context.clone(), None).current()
    }

    #[derive(Debug)]
    struct Failing(io::ErrorKind);

    impl Files for Failing {
        fn read(&self, _path: &Path) -> io::Result<Vec<u8>> {
            Err(self.0.into())
        }
    }

    #[test]
    fn files_that_do_not_exist_are_empty() {
        for kind in [io::ErrorKind::NotFound, io::ErrorKind::NotADirectory] {
            let profiles = read(&context().with_files(Failing(kind))).unwrap();
            assert!(profiles.selected().is_none());
        }
        assert_eq!(
            read(&AwsContext::isolated()).unwrap().why_without("region"),
            "`default` is not defined; there is no home directory for the config file, there is no home directory for the \
             credentials file"
        );
    }

    #[test]
    fn a_file_that_cannot_be_read_is_an_error_that_names_it() {
        for kind in [io::ErrorKind::PermissionDenied, io::ErrorKind::IsADirectory] {
            let error = read(&context().with_files(Failing(kind))).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Config);
            assert!(
                error.message().starts_with("the AWS config file /h/.aws/config cannot be read: "),
                "{error}"
            );
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_directory_in_place_of_a_file_is_an_error_on_a_real_disk() {
        let folder = std::env::temp_dir();
        let context = AwsContext::real()
            .with_variable("AWS_SHARED_CREDENTIALS_FILE", folder.clone())
            .with_variable("AWS_CONFIG_FILE", folder.join("roo-aws-does-not-exist"));
        let error = read(&context).unwrap_err();
        assert!(error.message().contains(&folder.display().to_string()), "{error}");
    }

    #[test]
    fn text_that_is_not_utf8_is_an_error_that_names_the_line() {
        let context = context().with_file("/h/.aws/credentials", b"[default]\nk = \xff".to_vec());
        assert_eq!(read(&context).unwrap_err().message(), "/h/.aws/credentials, line 2: not UTF-8");
    }

    #[test]
    fn a_malformed_file_is_an_error_that_names_the_line() {
        let context = context().with_file("/h/.aws/config", "[default]\nregion");
        assert_eq!(
            read(&context).unwrap_err().message(),
            "/h/.aws/config, line 2: Expected an '=' sign defining a property"
        );
    }

    #[test]
    fn an_unknown_profile_is_named_with_those_that_exist() {
        let context = context()
            .with_variable("AWS_PROFILE", "dve")
            .with_file("/h/.aws/config", "[profile dev]\n[default]");
        let profiles = read(&context).unwrap();
        assert_eq!(
            profiles.why_without("region"),
            "`dve` (from AWS_PROFILE) is not defined, only `default`, `dev`; read /h/.aws/config, /h/.aws/credentials does not exist"
        );
    }

    #[test]
    fn files_are_read_once_until_they_are_wanted_anew() {
        #[derive(Debug)]
        struct Counting(Arc<AtomicUsize>);
        impl Files for Counting {
            fn read(&self, _path: &Path) -> io::Result<Vec<u8>> {
                self.0.fetch_add(1, Ordering::Relaxed);
                Ok(Vec::new())
            }
        }
        let reads = Arc::new(AtomicUsize::new(0));
        let source = ProfilesSource::new(context().with_files(Counting(Arc::clone(&reads))), None);
        source.current().unwrap();
        source.current().unwrap();
        assert_eq!(reads.load(Ordering::Relaxed), 2);
        source.reload().unwrap();
        assert_eq!(reads.load(Ordering::Relaxed), 4);
    }
}
