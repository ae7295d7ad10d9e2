//! Where the variance of gains comes from: sources, targets, their interaction, seeds.
