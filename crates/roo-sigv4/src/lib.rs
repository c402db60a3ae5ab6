//! AWS Signature Version 4, without IO.
