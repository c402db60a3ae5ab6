//! Which URL a service answers at.

use roo_core::Result;
use url::{Host, Url};

use crate::context::AwsContext;
use crate::error::config;
use crate::origin::{Found, Origin};
use crate::partition::Partition;
use crate::profile::ProfilesSource;
use crate::region::{self, Region};

/// A service of AWS, under the three names that it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Service {
    id: &'static str,
    endpoint_prefix: &'static str,
    signing_name: &'static str,
}

impl Service {
    /// Amazon Bedrock's inference: `Converse`, `InvokeModel`, …
    pub const BEDROCK_RUNTIME: Self = Self::new("Bedrock Runtime", "bedrock-runtime", "bedrock");
    /// Amazon Bedrock's control plane: the lists of models and inference profiles, …
    pub const BEDROCK: Self = Self::new("Bedrock", "bedrock", "bedrock");

    /// A service by its id in the [reference](https://docs.aws.amazon.com/sdkref/latest/guide/ss-endpoints-table.html),
    /// such as `Bedrock Runtime`, the first label of its host names, and the name that signatures carry.
    pub const fn new(id: &'static str, endpoint_prefix: &'static str, signing_name: &'static str) -> Self {
        Self { id, endpoint_prefix, signing_name }
    }

    /// Its id, as in the names of variables and profile settings.
    pub const fn id(&self) -> &'static str {
        self.id
    }

    /// The first label of its host names.
    pub const fn endpoint_prefix(&self) -> &'static str {
        self.endpoint_prefix
    }

    /// Its name in the scope of a signature.
    pub const fn signing_name(&self) -> &'static str {
        self.signing_name
    }

    /// `AWS_ENDPOINT_URL_BEDROCK_RUNTIME`
    fn endpoint_variable(&self) -> String {
        format!("AWS_ENDPOINT_URL_{}", self.id.replace(' ', "_").to_ascii_uppercase())
    }

    /// `bedrock_runtime`
    fn profile_key(&self) -> String {
        self.id.replace(' ', "_").to_ascii_lowercase()
    }

    /// `AWS_BEARER_TOKEN_BEDROCK`
    pub(crate) fn bearer_token_variable(&self) -> String {
        let name = self.signing_name.replace([' ', '-'], "_").to_ascii_uppercase();
        format!("AWS_BEARER_TOKEN_{name}")
    }
}

/// What decides an endpoint.
#[derive(Debug, Clone, Copy, Default)]
pub struct EndpointParameters<'a> {
    /// The region, which a custom endpoint does not need.
    pub region: Option<&'a Region>,
    /// Whether only FIPS 140 validated cryptography will do.
    pub use_fips: bool,
    /// Whether the endpoint must answer over IPv6 as well.
    pub use_dual_stack: bool,
    /// The endpoint to use in place of the service's own.
    pub custom: Option<&'a Url>,
}

/// The endpoint of a service, without looking at anything but the parameters. It has a path only if `custom` has.
///
/// ```
/// use roo_aws::{EndpointParameters, Region, Service, resolve_endpoint};
///
/// let region = Region::new("eu-west-1")?;
/// let parameters = EndpointParameters { region: Some(&region), ..Default::default() };
/// let url = resolve_endpoint(&Service::BEDROCK_RUNTIME, &parameters)?;
/// assert_eq!(url.as_str(), "https://bedrock-runtime.eu-west-1.amazonaws.com/");
/// # Ok::<(), roo_core::Error>(())
/// ```
///
/// # Errors
/// [`ErrorKind::Config`](roo_core::ErrorKind::Config) if there is neither a region nor a custom endpoint, or if FIPS
/// or dual-stack is wanted of a custom endpoint: whether that one has it cannot be known here.
pub fn resolve_endpoint(service: &Service, parameters: &EndpointParameters<'_>) -> Result<Url> {
    let EndpointParameters { region, use_fips, use_dual_stack, custom } = *parameters;
    if let Some(custom) = custom {
        // The wording is that of AWS's own rules, since that is what people search for.
        let conflict = match (use_fips, use_dual_stack) {
            (true, _) => "FIPS and custom endpoint are not supported",
            (_, true) => "Dualstack and custom endpoint are not supported",
            (false, false) => return Ok(custom.clone()),
        };
        return Err(config(conflict).with_hint(
            "Remove the endpoint URL, or unset AWS_USE_FIPS_ENDPOINT, AWS_USE_DUALSTACK_ENDPOINT and their profile \
             settings and name an endpoint that has the property itself.",
        ));
    }
    let region = region.ok_or_else(|| config("Missing Region").with_hint("Set AWS_REGION."))?;
    let partition = Partition::of(region);
    let suffix = if use_dual_stack { partition.dual_stack_dns_suffix() } else { partition.dns_suffix() };
    let fips = if use_fips { "-fips" } else { "" };
    let url = format!("https://{}{fips}.{region}.{suffix}", service.endpoint_prefix);
    Url::parse(&url).map_err(|error| config(format!("{url} is not a URL: {error}")))
}

/// A custom endpoint, checked. The text is quoted in no error: it may hold a password.
pub(crate) fn parse(url: &str, origin: Origin) -> Result<Found<Url>> {
    let wrong = |why: String| {
        config(format!("the endpoint URL from {origin} is wrong: {why}"))
            .with_hint("It looks like `https://host`, with a port and a path if need be.")
    };
    let parsed = Url::parse(url.trim()).map_err(|error| wrong(error.to_string()))?;
    let fault = match parsed.scheme() {
        "http" | "https" if parsed.has_host() => None,
        "http" | "https" => Some("it has no host".to_owned()),
        scheme => Some(format!("its scheme is `{scheme}`, neither `https` nor `http`")),
    };
    let fault = fault.or_else(|| {
        let has_password = !parsed.username().is_empty() || parsed.password().is_some();
        has_password.then(|| "it has a user name or a password".to_owned())
    });
    let fault = fault.or_else(|| {
        let has_more = parsed.query().is_some() || parsed.fragment().is_some();
        has_more.then(|| "it has a query or a fragment, which belong to requests".to_owned())
    });
    match fault {
        None => Ok(Found::new(parsed, origin)),
        Some(why) => Err(wrong(why)),
    }
}

/// Whether a secret in a header is safe on its way there: over TLS, or without leaving the machine.
pub(crate) fn is_confidential(url: &Url) -> bool {
    url.scheme() == "https"
        || url.host().is_some_and(|host| match host {
            Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
            Host::Ipv4(address) => address.is_loopback(),
            Host::Ipv6(address) => address.is_loopback(),
        })
}

/// The endpoint of a service. `in_code` is what the program said, as for the region.
pub(crate) fn find(
    service: &Service,
    in_code: Option<&Url>,
    region_in_code: Option<&Region>,
    context: &AwsContext,
    profiles: &ProfilesSource,
) -> Result<Found<Url>> {
    let custom = match in_code {
        Some(url) => Some(Found::new(url.clone(), Origin::Code)),
        None => configured(service, context, profiles)?,
    };
    let flag = |variable, key| {
        // A program that names its endpoint works without files; then only the environment can contradict it.
        let profiles = in_code.is_none().then_some(profiles);
        flag(variable, key, context, profiles)
    };
    let use_fips = flag("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint")?;
    let use_dual_stack = flag("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint")?;
    let region = match (&custom, region_in_code) {
        (Some(_), _) => None,
        (None, Some(region)) => Some(region.clone()),
        (None, None) => Some(region::find(context, profiles)?.value),
    };
    let parameters = EndpointParameters {
        region: region.as_ref(),
        use_fips,
        use_dual_stack,
        custom: custom.as_ref().map(|custom| &custom.value),
    };
    let url = resolve_endpoint(service, &parameters)?;
    Ok(Found::new(url, custom.map_or(Origin::Default, |custom| custom.origin)))
}

/// The endpoint that the environment or the profile names: first the most specific of each.
fn configured(
    service: &Service,
    context: &AwsContext,
    profiles: &ProfilesSource,
) -> Result<Option<Found<Url>>> {
    let ignored = "ignore_configured_endpoint_urls";
    if flag("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", ignored, context, Some(profiles))? {
        return Ok(None);
    }
    for variable in [service.endpoint_variable(), "AWS_ENDPOINT_URL".to_owned()] {
        if let Some(url) = context.variable(&variable)? {
            return parse(&url, Origin::Variable(variable)).map(Some);
        }
    }
    let profiles = profiles.current()?;
    let found = profiles.service_setting(&service.profile_key(), "endpoint_url");
    let found = found.or_else(|| profiles.setting("endpoint_url"));
    found.map(|url| parse(url.value, url.origin)).transpose()
}

/// A switch that is off unless the environment or else the profile turns it on.
fn flag(variable: &str, key: &str, context: &AwsContext, profiles: Option<&ProfilesSource>) -> Result<bool> {
    if let Some(value) = context.variable(variable)? {
        return parse_flag(value.trim(), &Origin::Variable(variable.to_owned()));
    }
    let Some(profiles) = profiles else { return Ok(false) };
    let profiles = profiles.current()?;
    profiles.setting(key).map_or(Ok(false), |found| parse_flag(found.value, &found.origin))
}

/// AWS's own SDKs take anything else for `false`. Who writes `1` or `yes` wants FIPS, and must not go without unawares.
fn parse_flag(value: &str, origin: &Origin) -> Result<bool> {
    match value.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(config(format!("{origin} must be `true` or `false`, not `{}`", value.escape_debug()))),
    }
}

#[cfg(test)]
mod tests {
    use roo_core::ErrorKind;

    use super::*;

    fn context() -> AwsContext {
        AwsContext::isolated().with_variable("HOME", "/h").with_variable("AWS_REGION", "eu-west-1")
    }

    fn endpoint(context: &AwsContext, in_code: Option<&str>) -> Result<Found<Url>> {
        let in_code = in_code.map(|url| Url::parse(url).unwrap());
        let profiles = ProfilesSource::new(context.clone(), None);
        find(&Service::BEDROCK_RUNTIME, in_code.as_ref(), None, context, &profiles)
    }

    fn url(context: &AwsContext) -> String {
        endpoint(context, None).unwrap().value.to_string()
    }

    #[test]
    fn every_partition_has_four_kinds_of_endpoint() {
        for (region, dns_suffix, dual_stack_dns_suffix) in [
            ("us-east-1", "amazonaws.com", "api.aws"),
            ("cn-north-1", "amazonaws.com.cn", "api.amazonwebservices.com.cn"),
            ("eusc-de-east-1", "amazonaws.eu", "api.amazonwebservices.eu"),
            ("us-iso-east-1", "c2s.ic.gov", "api.aws.ic.gov"),
            ("us-isob-east-1", "sc2s.sgov.gov", "api.aws.scloud"),
            ("eu-isoe-west-1", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"),
            ("us-isof-south-1", "csp.hci.ic.gov", "api.aws.hci.ic.gov"),
            ("us-gov-east-1", "amazonaws.com", "api.aws"),
        ] {
            let region = Region::new(region).unwrap();
            for (use_fips, use_dual_stack, prefix, suffix) in [
                (false, false, "bedrock", dns_suffix),
                (true, false, "bedrock-fips", dns_suffix),
                (false, true, "bedrock", dual_stack_dns_suffix),
                (true, true, "bedrock-fips", dual_stack_dns_suffix),
            ] {
                let parameters =
                    EndpointParameters { region: Some(&region), use_fips, use_dual_stack, custom: None };
                let url = resolve_endpoint(&Service::BEDROCK, &parameters).unwrap();
                assert_eq!(url.as_str(), format!("https://{prefix}.{region}.{suffix}/"));
            }
        }
    }

    #[test]
    fn the_more_specific_place_wins() {
        let files = "[default]\nendpoint_url = https://profile\n";
        let context = context();
        assert_eq!(url(&context), "https://bedrock-runtime.eu-west-1.amazonaws.com/");
        let context = context.with_file("/h/.aws/config", files);
        assert_eq!(url(&context), "https://profile/");
        let services = "services = s\n[services s]\nbedrock =\n  endpoint_url = https://other\n\
                        bedrock_runtime =\n  endpoint_url = https://service-in-profile/path\n";
        let context = context.with_file("/h/.aws/config", format!("{files}{services}"));
        let found = endpoint(&context, None).unwrap();
        assert_eq!(found.value.as_str(), "https://service-in-profile/path");
        assert_eq!(found.origin.to_string(), "`endpoint_url` in /h/.aws/config, line 7");
        let context = context.with_variable("AWS_ENDPOINT_URL", "https://environment");
        assert_eq!(url(&context), "https://environment/");
        let context =
            context.with_variable("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "https://service-in-environment");
        assert_eq!(url(&context), "https://service-in-environment/");
        let found = endpoint(&context, Some("https://code")).unwrap();
        assert_eq!((found.value.as_str(), found.origin), ("https://code/", Origin::Code));
    }

    #[test]
    fn blank_and_foreign_variables_do_not_count() {
        let context = context()
            .with_variable("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", " ")
            .with_variable("AWS_ENDPOINT_URL_BEDROCK", "https://control");
        assert_eq!(url(&context), "https://bedrock-runtime.eu-west-1.amazonaws.com/");
    }

    #[test]
    fn configured_endpoints_can_be_ignored_but_not_that_of_the_code() {
        let context = context().with_variable("AWS_ENDPOINT_URL", "https://x");
        let by_profile =
            context.clone().with_file("/h/.aws/config", "[default]\nignore_configured_endpoint_urls = True");
        let by_variable = context.with_variable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "TRUE");
        for context in [&by_profile, &by_variable] {
            assert_eq!(url(context), "https://bedrock-runtime.eu-west-1.amazonaws.com/");
            assert_eq!(endpoint(context, Some("https://code")).unwrap().value.as_str(), "https://code/");
        }
        let back_on = by_profile.with_variable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "false");
        assert_eq!(url(&back_on), "https://x/");
    }

    #[test]
    fn fips_and_dual_stack_come_from_the_environment_or_the_profile() {
        let context = context().with_file("/h/.aws/config", "[default]\nuse_fips_endpoint = true");
        assert_eq!(url(&context), "https://bedrock-runtime-fips.eu-west-1.amazonaws.com/");
        let context = context.with_variable("AWS_USE_DUALSTACK_ENDPOINT", "true");
        assert_eq!(url(&context), "https://bedrock-runtime-fips.eu-west-1.api.aws/");
        let context = context.with_variable("AWS_USE_FIPS_ENDPOINT", "False");
        assert_eq!(url(&context), "https://bedrock-runtime.eu-west-1.api.aws/");
        let error = endpoint(&context, Some("https://code")).unwrap_err();
        assert_eq!(error.message(), "Dualstack and custom endpoint are not supported");
        let error = endpoint(&context.with_variable("AWS_USE_FIPS_ENDPOINT", "yes"), None).unwrap_err();
        assert_eq!(error.message(), "AWS_USE_FIPS_ENDPOINT must be `true` or `false`, not `yes`");
    }

    #[test]
    fn a_custom_endpoint_needs_neither_region_nor_files() {
        let context =
            AwsContext::isolated().with_variable("HOME", "/h").with_file("/h/.aws/config", "broken");
        assert!(endpoint(&context, Some("https://code")).is_ok());
        let without_region = AwsContext::isolated().with_variable("AWS_ENDPOINT_URL", "http://localhost:1");
        assert_eq!(url(&without_region), "http://localhost:1/");
        assert!(endpoint(&AwsContext::isolated(), None).unwrap_err().message().contains("Missing Region"));
    }

    #[test]
    fn a_wrong_endpoint_is_an_error_that_names_the_place_and_does_not_quote_it() {
        for (text, why) in [
            ("secret", "relative URL without a base"),
            ("ftp://secret", "its scheme is `ftp`, neither `https` nor `http`"),
            ("https://", "empty host"),
            ("https://me:secret@host", "it has a user name or a password"),
            ("https://host?key=secret", "it has a query or a fragment, which belong to requests"),
        ] {
            let error = endpoint(&context().with_variable("AWS_ENDPOINT_URL", text), None).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Config);
            assert_eq!(error.message(), format!("the endpoint URL from AWS_ENDPOINT_URL is wrong: {why}"));
            assert!(!format!("{error:?}").contains("secret"));
        }
    }

    #[test]
    fn secrets_go_over_tls_or_stay_on_the_machine() {
        for (url, expected) in [
            ("https://example.com", true),
            ("http://localhost:8080", true),
            ("http://127.0.0.2", true),
            ("http://[::1]:1", true),
            ("http://example.com", false),
            ("http://localhost.example.com", false),
            ("http://169.254.169.254", false),
        ] {
            assert_eq!(is_confidential(&Url::parse(url).unwrap()), expected, "{url}");
        }
    }
}
