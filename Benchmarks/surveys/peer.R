# One item by one split with R survey: Rscript peer.R CSV. Compares with CSV.ours, shares and standard errors.
suppressPackageStartupMessages(library(survey))
options(survey.lonely.psu = "certainty")
path <- commandArgs(TRUE)[1]
d <- read.csv(path)
d$item <- factor(d$item)
ours <- as.matrix(read.csv(paste0(path, ".ours"), header = FALSE))
time <- system.time({
  design <- svydesign(id = ~cluster, strata = ~stratum, weights = ~weight, data = d, nest = TRUE)
  found <- svyby(~item, ~split, design, svymean, na.rm = TRUE)
})
k <- nlevels(d$item)
shares <- as.vector(t(as.matrix(found[, 1 + 1:k])))
errors <- as.vector(t(as.matrix(found[, 1 + k + 1:k])))
cat(sprintf(
  "R survey %s: rows %d items 1 splits 1: seconds %.3f processor %.3f, largest relative difference of shares %.1e, of standard errors %.1e\n",
  packageVersion("survey"), nrow(d), time[["elapsed"]], time[["user.self"]] + time[["sys.self"]],
  max(abs(shares / ours[, 1] - 1)), max(abs(errors / ours[, 2] - 1))))
