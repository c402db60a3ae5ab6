//! AWS's own suites of the profile files and of the endpoints of Amazon Bedrock.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use roo_aws::profile::{Locations, ProfileFile, Section, parse};
use roo_aws::{AwsContext, EndpointParameters, Region, Service, resolve_endpoint};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::Suite;

pub(super) fn run(root: &Path) -> Vec<Suite> {
    let runtime = root.join("suites/aws-runtime");
    let endpoints = root.join("suites/endpoints");
    vec![
        suite("profile-parser", &[&runtime.join("profile-parser-tests.json")], run_parser),
        suite("file-location", &[&runtime.join("file-location-tests.json")], run_locations),
        suite(
            "endpoints",
            &[&endpoints.join("bedrock-runtime.json"), &endpoints.join("bedrock.json")],
            run_endpoints,
        ),
    ]
}

/// The suite that `run` fills from `paths`; a file that cannot be read at all is one failure.
fn suite(name: &'static str, paths: &[&Path], run: fn(&Path, &mut Suite) -> Result<(), String>) -> Suite {
    let mut suite = Suite::new(name);
    for path in paths {
        if let Err(why) = run(path, &mut suite) {
            suite.record(&path.display().to_string(), Err(why));
        }
    }
    suite
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<T, String> {
    let text = fs::read_to_string(path).map_err(|why| why.to_string())?;
    serde_json::from_str(&text).map_err(|why| why.to_string())
}

fn equal<T: PartialEq + std::fmt::Debug>(what: &str, actual: &T, expected: &T) -> Result<(), String> {
    if actual == expected { Ok(()) } else { Err(format!("{what} is {actual:?} instead of {expected:?}")) }
}

/// The files of `suites/aws-runtime`.
#[derive(Deserialize)]
struct Tests<T> {
    tests: Vec<T>,
}

#[derive(Deserialize)]
struct ParserCase {
    name: String,
    input: ParserInput,
    output: ParserOutput,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ParserInput {
    #[serde(default)]
    config_file: String,
    #[serde(default)]
    credentials_file: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum ParserOutput {
    Config(Sections),
    ErrorContaining(String),
}

#[derive(Deserialize, Debug, PartialEq)]
struct Sections {
    profiles: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default)]
    sso_sessions: BTreeMap<String, BTreeMap<String, String>>,
}

fn run_parser(path: &Path, suite: &mut Suite) -> Result<(), String> {
    for case in read::<Tests<ParserCase>>(path)?.tests {
        suite.record(&case.name, case.check());
    }
    Ok(())
}

impl ParserCase {
    fn check(&self) -> Result<(), String> {
        let outcome = parse(&self.input.config_file, &self.input.credentials_file);
        match (outcome, &self.output) {
            (Ok(set), ParserOutput::Config(expected)) => {
                let actual =
                    Sections { profiles: owned(set.profiles()), sso_sessions: owned(set.sso_sessions()) };
                equal("the result", &actual, expected)
            }
            (Err(error), ParserOutput::ErrorContaining(expected)) if error.message().contains(expected) => {
                Ok(())
            }
            (Err(error), _) => Err(format!("unexpected error `{error}`")),
            (Ok(_), ParserOutput::ErrorContaining(expected)) => Err(format!("no error `{expected}`")),
        }
    }
}

fn owned<'a>(
    sections: impl Iterator<Item = (&'a str, &'a Section)>,
) -> BTreeMap<String, BTreeMap<String, String>> {
    let properties = |section: &Section| {
        section.properties().map(|(key, property)| (key.to_owned(), property.value().to_owned())).collect()
    };
    sections.map(|(name, section)| (name.to_owned(), properties(section))).collect()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LocationCase {
    name: String,
    environment: BTreeMap<String, String>,
    platform: String,
    profile: Option<String>,
    config_location: String,
    credentials_location: String,
}

fn run_locations(path: &Path, suite: &mut Suite) -> Result<(), String> {
    let here = if cfg!(windows) { "windows" } else { "linux" };
    for case in read::<Tests<LocationCase>>(path)?.tests {
        if case.platform == here {
            suite.record(&case.name, case.check());
        } else {
            suite.skip(&case.name, "its paths exist on the other platform only");
        }
    }
    Ok(())
}

impl LocationCase {
    fn check(&self) -> Result<(), String> {
        let context = self
            .environment
            .iter()
            .fold(AwsContext::isolated(), |context, (name, value)| context.with_variable(name, value));
        let found = Locations::find(&context).map_err(|why| why.to_string())?;
        equal("the config file", &found.path(ProfileFile::Config), &Some(Path::new(&self.config_location)))?;
        equal(
            "the credentials file",
            &found.path(ProfileFile::Credentials),
            &Some(Path::new(&self.credentials_location)),
        )?;
        match &self.profile {
            Some(expected) => equal("the profile", &found.profile(), &expected.as_str()),
            None => Ok(()),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EndpointTests {
    test_cases: Vec<EndpointCase>,
}

#[derive(Deserialize)]
struct EndpointCase {
    documentation: String,
    expect: ExpectedEndpoint,
    #[serde(default)]
    params: Parameters,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum ExpectedEndpoint {
    Endpoint { url: String },
    Error(String),
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Parameters {
    region: Option<String>,
    #[serde(rename = "UseFIPS")]
    use_fips: bool,
    use_dual_stack: bool,
    endpoint: Option<String>,
}

fn run_endpoints(path: &Path, suite: &mut Suite) -> Result<(), String> {
    let prefix = path.file_stem().unwrap_or_default().to_string_lossy();
    let services = [Service::BEDROCK_RUNTIME, Service::BEDROCK];
    let service = services.iter().find(|service| service.endpoint_prefix() == prefix);
    let service = service.ok_or_else(|| format!("no service is called {prefix}"))?;
    for case in read::<EndpointTests>(path)?.test_cases {
        suite.record(&format!("{prefix}: {}", case.documentation), case.check(service));
    }
    Ok(())
}

impl EndpointCase {
    fn check(&self, service: &Service) -> Result<(), String> {
        let Parameters { region, use_fips, use_dual_stack, endpoint } = &self.params;
        let region = region.as_deref().map(Region::new).transpose().map_err(|why| why.to_string())?;
        let custom = endpoint.as_deref().map(str::parse).transpose();
        let custom = custom.map_err(|_| "the endpoint is not a URL".to_owned())?;
        let parameters = EndpointParameters {
            region: region.as_ref(),
            use_fips: *use_fips,
            use_dual_stack: *use_dual_stack,
            custom: custom.as_ref(),
        };
        match (resolve_endpoint(service, &parameters), &self.expect) {
            // A URL has at least the path `/`, whether it is written or not.
            (Ok(url), ExpectedEndpoint::Endpoint { url: expected }) => {
                equal("the endpoint", &url.as_str().trim_end_matches('/'), &expected.trim_end_matches('/'))
            }
            (Err(error), ExpectedEndpoint::Error(expected)) => {
                // Our own kind of error says that the configuration is invalid.
                equal("the error", &error.message(), &expected.trim_start_matches("Invalid Configuration: "))
            }
            (Ok(url), ExpectedEndpoint::Error(expected)) => Err(format!("{url} and no error `{expected}`")),
            (Err(error), ExpectedEndpoint::Endpoint { .. }) => Err(format!("unexpected error `{error}`")),
        }
    }
}
