# Recipes are names for the scripts of .ci/; what continuous integration runs is `just check`.

# Everything, or the named stages: `just check fmt clippy`
check *STAGES:
    bash .ci/run {{ STAGES }}

# What to run before each commit
quick:
    bash .ci/run fmt clippy test

# Let rustfmt write
format:
    cargo fmt --all

# Formatting
fmt:
    bash .ci/fmt

# The README's first command, cold
first-run:
    bash .ci/first-run

# Warnings are errors
clippy:
    bash .ci/clippy

# Each feature alone
features:
    bash .ci/features

# The README's second command
test:
    bash .ci/test

# The documentation, without warnings
doc:
    bash .ci/doc

# Every example with its exit codes
examples:
    bash .ci/examples

# Every bench once, without measuring
bench:
    bash .ci/bench

# Designs damaged at random, for half a minute
hostile:
    bash .ci/hostile

# Whole runs on virtual time, 1,000 seeds or DRYDOCK_SEEDS
seeds:
    bash .ci/seeds

# The crates a host takes on
weight:
    bash .ci/weight

# Licences, banned crates, sources
deny:
    bash .ci/deny

# Break the code, see a test fail: all mutants, or the named ones
mutants *NAMES:
    bash .ci/mutants {{ NAMES }}
