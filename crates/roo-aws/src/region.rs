//! The name of a region, and where it is looked for.

use std::collections::HashSet;
use std::fmt;

use roo_core::Result;

use crate::context::AwsContext;
use crate::error::{Attempt, config, listing};
use crate::origin::{Found, Origin};
use crate::profile::{Profiles, ProfilesSource};

/// The name of an AWS region, such as `us-east-1`, safe to put into a host name.
///
/// ```
/// use roo_aws::Region;
///
/// assert_eq!(Region::new("us-east-1")?.as_str(), "us-east-1");
/// assert!(Region::new("example.com/?").is_err());
/// # Ok::<(), roo_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Region(String);

impl Region {
    /// A region of this name. It need not be one that exists today.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](roo_core::ErrorKind::Config) if the name is not a host label: 1 to 63 ASCII letters,
    /// digits and hyphens, no hyphen at either end, and not digits alone. Otherwise a region could redirect signed
    /// requests to another host.
    pub fn new(name: impl Into<String>) -> Result<Self> {
        let name = name.into();
        let is_label = (1..=63).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !name.starts_with('-')
            && !name.ends_with('-')
            && !name.bytes().all(|byte| byte.is_ascii_digit());
        if is_label {
            Ok(Self(name))
        } else {
            Err(config(format!("`{}` is not the name of a region", name.escape_debug()))
                .with_hint("A region is letters, digits and hyphens, for example `us-east-1`."))
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Says that `name`, found at `origin`, is not a region.
pub(crate) fn parse(name: &str, origin: Origin) -> Result<Found<Region>> {
    match Region::new(name) {
        Ok(region) => Ok(Found::new(region, origin)),
        Err(error) => {
            let located = config(format!("the region from {origin} is wrong: {}", error.message()));
            Err(located.with_hint(error.hint().unwrap_or_default().to_owned()))
        }
    }
}

/// The region of the surroundings: `AWS_REGION`, `AWS_DEFAULT_REGION`, then the profile.
pub(crate) fn find(context: &AwsContext, profiles: &ProfilesSource) -> Result<Found<Region>> {
    let mut attempts = vec![Attempt::new("code", "no region given")];
    for name in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
        if let Some(region) = context.variable(name)? {
            return parse(region.trim(), Origin::Variable(name.to_owned()));
        }
        attempts.push(Attempt::new(name, "not set"));
    }
    let profiles = profiles.current()?;
    if let Some(region) = in_profile(&profiles) {
        return parse(region.value, region.origin);
    }
    attempts.push(Attempt::new("profile", profiles.why_without("region")));
    Err(config(listing("no AWS region is configured (Missing Region)", &attempts))
        .with_hint("Set AWS_REGION, `region` in the profile, or give a region in code."))
}

/// The region of the selected profile, or else of the profile on whose credentials its role is built.
fn in_profile(profiles: &Profiles) -> Option<Found<&str>> {
    let mut name = profiles.name();
    let mut visited = HashSet::new();
    while visited.insert(name) {
        if let Some(region) = profiles.setting_of(name, "region") {
            return Some(region);
        }
        name = profiles.setting_of(name, "source_profile")?.value;
    }
    None
}

#[cfg(test)]
mod tests {
    use roo_core::ErrorKind;

    use super::*;

    fn context() -> AwsContext {
        AwsContext::isolated().with_variable("HOME", "/h")
    }

    fn region(context: &AwsContext, profile: Option<&str>) -> Result<Found<Region>> {
        find(context, &ProfilesSource::new(context.clone(), profile.map(str::to_owned)))
    }

    #[test]
    fn only_host_labels_are_regions() {
        for name in ["us-east-1", "aws-global", "a", &"a".repeat(63)] {
            assert!(Region::new(name).is_ok(), "{name}");
        }
        let long = "a".repeat(64);
        for name in ["", "-a", "a-", "123", "a.b", "a/b", "a b", "é", "a\n", "evil.com#", long.as_str()] {
            assert_eq!(Region::new(name).unwrap_err().kind(), ErrorKind::Config, "{name}");
        }
    }

    #[test]
    fn the_environment_comes_before_the_profile() {
        let context = context().with_file("/h/.aws/config", "[default]\nregion = eu-west-1");
        let found = region(&context, None).unwrap();
        assert_eq!(found.value.as_str(), "eu-west-1");
        assert_eq!(found.origin.to_string(), "`region` in /h/.aws/config, line 2");

        let context = context.with_variable("AWS_DEFAULT_REGION", "eu-west-2");
        assert_eq!(region(&context, None).unwrap().value.as_str(), "eu-west-2");
        let context = context.with_variable("AWS_REGION", "eu-west-3");
        assert_eq!(
            region(&context, None).unwrap(),
            Found::new(Region::new("eu-west-3").unwrap(), Origin::Variable("AWS_REGION".into()))
        );
        let context = context.with_variable("AWS_REGION", " ");
        assert_eq!(region(&context, None).unwrap().value.as_str(), "eu-west-2");
    }

    #[test]
    fn the_source_profile_is_asked_when_the_profile_has_no_region() {
        let files = "[profile a]\nsource_profile = b\n[profile b]\nsource_profile = c\n[profile c]\nregion = eu-west-1\n\
                     [profile x]\nsource_profile = y\n[profile y]\nsource_profile = x\n\
                     [profile gone]\nsource_profile = nowhere";
        let context = context().with_file("/h/.aws/config", files);
        assert_eq!(region(&context, Some("a")).unwrap().value.as_str(), "eu-west-1");
        for profile in ["x", "gone"] {
            assert_eq!(region(&context, Some(profile)).unwrap_err().kind(), ErrorKind::Config, "{profile}");
        }
    }

    #[test]
    fn the_error_lists_every_place() {
        let error = region(&context(), None).unwrap_err();
        assert_eq!(
            error.to_string(),
            "no AWS region is configured (Missing Region).\n  code: no region given.\n  AWS_REGION: not set.\n  \
             AWS_DEFAULT_REGION: not set.\n  profile: `default` is not defined; /h/.aws/config does not exist, \
             /h/.aws/credentials does not exist.\nSet AWS_REGION, `region` in the profile, or give a region in code."
        );
    }

    #[test]
    fn a_wrong_region_is_an_error_that_names_the_place() {
        let context = context().with_variable("AWS_REGION", "us east");
        let error = region(&context, None).unwrap_err();
        assert_eq!(
            error.message(),
            "the region from AWS_REGION is wrong: `us east` is not the name of a region"
        );
    }
}
