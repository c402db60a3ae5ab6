//! The partitions of AWS: groups of regions that share accounts and domain names.

use crate::Region;

/// A group of regions that share accounts and domain names, such as `aws`, `aws-cn` or `aws-us-gov`.
///
/// Every partition supports FIPS and dual-stack endpoints. See
/// <https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html>.
///
/// ```
/// use roo_aws::{Partition, Region};
///
/// let partition = Partition::of(&Region::new("cn-north-1")?);
/// assert_eq!((partition.id(), partition.dns_suffix()), ("aws-cn", "amazonaws.com.cn"));
/// # Ok::<(), roo_core::Error>(())
/// ```
#[derive(Debug, PartialEq, Eq)]
pub struct Partition {
    id: &'static str,
    dns_suffix: &'static str,
    dual_stack_dns_suffix: &'static str,
    /// What comes before `-<word>-<number>` in the names of its regions.
    prefix: &'static str,
    /// The region of its global services, the only name that does not follow the pattern.
    global_region: Option<&'static str>,
}

/// Where every region belongs that no other partition claims, and so it needs no pattern.
static AWS: Partition = Partition {
    id: "aws",
    dns_suffix: "amazonaws.com",
    dual_stack_dns_suffix: "api.aws",
    prefix: "",
    global_region: None,
};

static OTHERS: [Partition; 7] = [
    Partition {
        id: "aws-cn",
        dns_suffix: "amazonaws.com.cn",
        dual_stack_dns_suffix: "api.amazonwebservices.com.cn",
        prefix: "cn",
        global_region: Some("aws-cn-global"),
    },
    Partition {
        id: "aws-eusc",
        dns_suffix: "amazonaws.eu",
        dual_stack_dns_suffix: "api.amazonwebservices.eu",
        prefix: "eusc-de",
        global_region: None,
    },
    Partition {
        id: "aws-iso",
        dns_suffix: "c2s.ic.gov",
        dual_stack_dns_suffix: "api.aws.ic.gov",
        prefix: "us-iso",
        global_region: Some("aws-iso-global"),
    },
    Partition {
        id: "aws-iso-b",
        dns_suffix: "sc2s.sgov.gov",
        dual_stack_dns_suffix: "api.aws.scloud",
        prefix: "us-isob",
        global_region: Some("aws-iso-b-global"),
    },
    Partition {
        id: "aws-iso-e",
        dns_suffix: "cloud.adc-e.uk",
        dual_stack_dns_suffix: "api.cloud-aws.adc-e.uk",
        prefix: "eu-isoe",
        global_region: Some("aws-iso-e-global"),
    },
    Partition {
        id: "aws-iso-f",
        dns_suffix: "csp.hci.ic.gov",
        dual_stack_dns_suffix: "api.aws.hci.ic.gov",
        prefix: "us-isof",
        global_region: Some("aws-iso-f-global"),
    },
    Partition {
        id: "aws-us-gov",
        dns_suffix: "amazonaws.com",
        dual_stack_dns_suffix: "api.aws",
        prefix: "us-gov",
        global_region: Some("aws-us-gov-global"),
    },
];

impl Partition {
    /// The partition of a region. A region that no partition claims is taken for a new one of `aws`.
    pub fn of(region: &Region) -> &'static Self {
        OTHERS.iter().find(|partition| partition.has(region.as_str())).unwrap_or(&AWS)
    }

    /// Its name, as in an ARN: `aws`, `aws-cn`, …
    pub fn id(&self) -> &'static str {
        self.id
    }

    /// The domain of its endpoints.
    pub fn dns_suffix(&self) -> &'static str {
        self.dns_suffix
    }

    /// The domain of its endpoints that answer over IPv6 as well.
    pub fn dual_stack_dns_suffix(&self) -> &'static str {
        self.dual_stack_dns_suffix
    }

    fn has(&self, region: &str) -> bool {
        let rest = region.strip_prefix(self.prefix).and_then(|rest| rest.strip_prefix('-'));
        let follows_pattern = rest.and_then(|rest| rest.split_once('-')).is_some_and(|(word, number)| {
            !word.is_empty()
                && !number.is_empty()
                && word.bytes().all(|byte| byte.is_ascii_alphanumeric())
                && number.bytes().all(|byte| byte.is_ascii_digit())
        });
        follows_pattern || self.global_region == Some(region)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(region: &str) -> &'static str {
        Partition::of(&Region::new(region).unwrap()).id()
    }

    #[test]
    fn every_partition_claims_its_regions() {
        for (region, partition) in [
            ("us-east-1", "aws"),
            ("eu-central-2", "aws"),
            ("mx-central-1", "aws"),
            ("il-central-1", "aws"),
            ("aws-global", "aws"),
            ("cn-northwest-1", "aws-cn"),
            ("aws-cn-global", "aws-cn"),
            ("eusc-de-east-1", "aws-eusc"),
            ("us-iso-east-1", "aws-iso"),
            ("us-isob-west-1", "aws-iso-b"),
            ("eu-isoe-west-1", "aws-iso-e"),
            ("us-isof-south-1", "aws-iso-f"),
            ("aws-iso-f-global", "aws-iso-f"),
            ("us-gov-west-1", "aws-us-gov"),
            ("aws-us-gov-global", "aws-us-gov"),
        ] {
            assert_eq!(id(region), partition, "{region}");
        }
    }

    #[test]
    fn a_region_that_is_not_known_yet_belongs_to_the_partition_of_its_pattern() {
        assert_eq!(id("cn-west-7"), "aws-cn");
        assert_eq!(id("us-gov-moon-1"), "aws-us-gov");
        assert_eq!(id("moon-base"), "aws");
        assert_eq!(id("cn--1"), "aws");
        assert_eq!(id("cn-north-one"), "aws");
    }
}
