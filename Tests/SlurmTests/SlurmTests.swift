import Testing

/// Tests on a Slurm that they start themselves; one at a time, since each takes the whole machine.
@Suite(.serialized, .enabled(if: PrivateSlurm.isInstalled)) enum SlurmTests {}
