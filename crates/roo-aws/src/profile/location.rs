//! Where the two files are, and which profile is chosen.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use roo_core::Result;

use super::set::ProfileFile;
use crate::context::AwsContext;
use crate::origin::{Found, Origin};

/// Where the two profile files are and which profile is chosen, as
/// <https://docs.aws.amazon.com/sdkref/latest/guide/file-location.html> says.
///
/// The files need not exist. `~` is the home directory where it is the whole first component of a path, and the home
/// directory is `HOME`, on Windows also `USERPROFILE` or else `HOMEDRIVE` with `HOMEPATH`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locations {
    config: Option<PathBuf>,
    credentials: Option<PathBuf>,
    profile: Found<String>,
}

impl Locations {
    /// Looks at `AWS_CONFIG_FILE`, `AWS_SHARED_CREDENTIALS_FILE`, `AWS_PROFILE` and the home directory. Reads no file.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](roo_core::ErrorKind::Config) if the value of `AWS_PROFILE` is not UTF-8.
    pub fn find(context: &AwsContext) -> Result<Self> {
        Self::with_profile(context, None)
    }

    /// The same with the profile that the program chose, if it chose one; then `AWS_PROFILE` is not looked at.
    pub(super) fn with_profile(context: &AwsContext, chosen: Option<&str>) -> Result<Self> {
        let profile = match chosen {
            Some(name) => Found::new(name.to_owned(), Origin::Code),
            None => Self::default_profile(context)?,
        };
        let home = home(context, cfg!(windows));
        let locate = |variable, name| {
            let Some(path) = context.path_variable(variable).map(PathBuf::from) else {
                return home.as_ref().map(|home| home.join(".aws").join(name));
            };
            Some(match (path.strip_prefix("~"), &home) {
                (Ok(rest), Some(home)) => home.join(rest),
                _ => path,
            })
        };
        Ok(Self {
            config: locate("AWS_CONFIG_FILE", "config"),
            credentials: locate("AWS_SHARED_CREDENTIALS_FILE", "credentials"),
            profile,
        })
    }

    fn default_profile(context: &AwsContext) -> Result<Found<String>> {
        Ok(context.variable("AWS_PROFILE")?.map_or_else(
            || Found::new("default".to_owned(), Origin::Default),
            |name| Found::new(name.trim().to_owned(), Origin::Variable("AWS_PROFILE".to_owned())),
        ))
    }

    /// The path of a file, or nothing if it is in the home directory and there is none.
    pub fn path(&self, file: ProfileFile) -> Option<&Path> {
        match file {
            ProfileFile::Config => self.config.as_deref(),
            ProfileFile::Credentials => self.credentials.as_deref(),
        }
    }

    /// The name of the chosen profile, `default` if nobody chose.
    pub fn profile(&self) -> &str {
        &self.profile.value
    }

    /// Who chose that profile.
    pub fn profile_origin(&self) -> &Origin {
        &self.profile.origin
    }
}

fn home(context: &AwsContext, windows: bool) -> Option<PathBuf> {
    let variable = |name| context.path_variable(name);
    let on_windows = || {
        let in_two_parts = || {
            let mut home: OsString = variable("HOMEDRIVE")?;
            home.push(variable("HOMEPATH")?);
            Some(home)
        };
        windows.then(|| variable("USERPROFILE").or_else(in_two_parts)).flatten()
    };
    variable("HOME").or_else(on_windows).map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locations(variables: &[(&str, &str)]) -> Locations {
        let context = variables
            .iter()
            .fold(AwsContext::isolated(), |context, (name, value)| context.with_variable(*name, *value));
        Locations::find(&context).unwrap()
    }

    #[test]
    fn files_are_in_the_home_directory_unless_a_variable_says_otherwise() {
        let found = locations(&[("HOME", "/h"), ("AWS_SHARED_CREDENTIALS_FILE", "/elsewhere")]);
        assert_eq!(found.path(ProfileFile::Config), Some(Path::new("/h/.aws/config")));
        assert_eq!(found.path(ProfileFile::Credentials), Some(Path::new("/elsewhere")));
        assert_eq!((found.profile(), found.profile_origin()), ("default", &Origin::Default));
        assert_eq!(locations(&[]).path(ProfileFile::Config), None);
    }

    #[test]
    fn a_tilde_is_the_home_directory_only_as_a_whole_component() {
        let config = |path| {
            let found = locations(&[("HOME", "/h"), ("AWS_CONFIG_FILE", path)]);
            found.path(ProfileFile::Config).unwrap().to_owned()
        };
        assert_eq!(config("~/x"), Path::new("/h/x"));
        assert_eq!(config("~me/x"), Path::new("~me/x"));
        assert_eq!(config("/x/~/y"), Path::new("/x/~/y"));
    }

    #[test]
    fn the_profile_comes_from_the_variable() {
        let found = locations(&[("AWS_PROFILE", "dev")]);
        assert_eq!((found.profile(), found.profile_origin().to_string().as_str()), ("dev", "AWS_PROFILE"));
        assert_eq!(locations(&[("AWS_PROFILE", " ")]).profile(), "default");
    }

    #[test]
    fn windows_has_three_names_for_home() {
        let context =
            AwsContext::isolated().with_variable("HOMEDRIVE", "C:").with_variable("HOMEPATH", "\\me");
        assert_eq!(home(&context, true), Some(PathBuf::from("C:\\me")));
        assert_eq!(home(&context, false), None);
        let context = context.with_variable("USERPROFILE", "D:\\me");
        assert_eq!(home(&context, true), Some(PathBuf::from("D:\\me")));
        let context = context.with_variable("HOME", "E:\\me");
        assert_eq!(home(&context, true), Some(PathBuf::from("E:\\me")));
    }
}
