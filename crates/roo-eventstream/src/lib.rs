//! Encoder and incremental decoder for application/vnd.amazon.eventstream, without IO.
