//! An embedded Amazon Bedrock on a loopback port that verifies what it receives.
