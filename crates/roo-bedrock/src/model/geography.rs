//! The geographic prefixes of inference profiles, and the regions that they serve.

use super::family;

/// The prefixes that are known today.
pub(super) const GEOGRAPHIES: &[&str] = &["us", "eu", "apac", "jp", "au", "ca", "in", "us-gov", "global"];

/// Takes the geographic prefix off. It is one if it is known, or if a known vendor comes next: geographies are added
/// more often than this list.
pub(super) fn split(text: &str) -> (Option<&str>, &str) {
    match text.split_once('.') {
        Some((prefix, rest)) if rest.contains('.') && is_geography(prefix, rest) => (Some(prefix), rest),
        _ => (None, text),
    }
}

fn is_geography(prefix: &str, rest: &str) -> bool {
    GEOGRAPHIES.contains(&prefix)
        || !family::is_vendor(prefix)
            && prefix.starts_with(|first: char| first.is_ascii_lowercase())
            && prefix.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && family::vendor(rest).is_some_and(family::is_vendor)
}

/// The geographies whose profiles can be called from a region, the narrowest first. `global` crosses every border of
/// the commercial partition, and no other partition is part of it.
pub(super) fn serving(region: &str) -> &'static [&'static str] {
    const BY_REGION: &[(&str, &[&str])] = &[
        // The first entry that the region starts with counts.
        ("ap-northeast-1", &["jp", "apac", "global"]),
        ("ap-northeast-3", &["jp", "apac", "global"]),
        ("ap-southeast-2", &["au", "apac", "global"]),
        ("ap-southeast-4", &["au", "apac", "global"]),
        ("ap-south-", &["in", "apac", "global"]),
        ("ap-", &["apac", "global"]),
        ("ca-", &["ca", "us", "global"]),
        ("us-gov-", &["us-gov"]),
        ("us-iso", &[]),
        ("us-", &["us", "global"]),
        ("eu-isoe-", &[]),
        ("eu-", &["eu", "global"]),
        ("eusc-", &[]),
        ("cn-", &[]),
    ];
    BY_REGION
        .iter()
        .find(|(start, _)| region.starts_with(start))
        .map_or(&["global"], |(_, geographies)| geographies)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ModelTable;

    #[test]
    fn every_profile_of_the_table_has_a_known_geography() {
        for facts in ModelTable::builtin().models() {
            for profile in facts.profiles.iter().flatten() {
                assert!(GEOGRAPHIES.contains(&profile.as_str()), "{} has {profile}", facts.id);
            }
        }
    }

    #[test]
    fn every_geography_serves_a_region_and_every_serving_one_is_known() {
        let regions = [
            "us-east-1",
            "eu-west-3",
            "ap-northeast-1",
            "ap-southeast-4",
            "ap-south-2",
            "ap-east-1",
            "ca-west-1",
            "us-gov-east-1",
            "sa-east-1",
        ];
        let serving: Vec<&str> = regions.iter().flat_map(|region| serving(region)).copied().collect();
        assert!(GEOGRAPHIES.iter().all(|geography| serving.contains(geography)));
        assert!(serving.iter().all(|geography| GEOGRAPHIES.contains(geography)));
    }

    #[test]
    fn partitions_of_their_own_are_served_by_themselves_or_not_at_all() {
        for region in ["us-iso-east-1", "us-isob-east-1", "us-isof-south-1", "eu-isoe-west-1", "cn-north-1"] {
            assert!(serving(region).is_empty(), "{region}");
        }
        assert_eq!(serving("us-gov-west-1"), ["us-gov"]);
    }
}
