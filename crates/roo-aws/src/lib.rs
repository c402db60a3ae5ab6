//! AWS configuration without the AWS SDK: credentials, region, profiles and endpoints.
