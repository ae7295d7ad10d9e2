//! Other people's results, given as CSV, become a report.
