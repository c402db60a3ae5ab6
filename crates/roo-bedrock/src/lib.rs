//! Amazon Bedrock for Roo Code, without the AWS SDK.
