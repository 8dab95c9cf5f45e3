//! The same verdicts as the crates', faster: everything that depends on the key
//! alone is computed once. Lives apart, parses nothing, decides nothing else.
