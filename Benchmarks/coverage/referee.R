# Rscript referee.R FOLDER LAST: lmerTest on the data sets that 'coverage.py --keep --output FOLDER' left, seeds 1 to LAST.
# Prints the largest difference from Herstel in estimates and standard errors (in standard errors) and in degrees of freedom
# (relative), and the coverages of lmerTest's own 95% intervals.
suppressMessages(library(lmerTest))
arguments <- commandArgs(TRUE)
truth <- subset(read.csv(file.path(arguments[1], "coverage.csv")), kind == "fixed effect")
truth <- setNames(truth$truth, truth$quantity)
differences <- c(estimate = 0, std_error = 0, df = 0)
covered <- 0 * truth
last <- as.integer(arguments[2])
for (seed in 1:last) {
  folder <- file.path(arguments[1], paste0("seed-", seed))
  d <- read.csv(file.path(folder, "scores.csv"))
  d$cohort <- factor(d$cohort)
  d$ses <- factor(d$ses, levels = c("theoretical", "practical"))
  m <- lmer(score ~ time * cohort * ses + (1 + time | pupil) + (1 | school), d)
  peer <- coef(summary(m))
  own <- read.csv(file.path(folder, "run", "estimates.csv"))
  stopifnot(setequal(rownames(peer), own$term))
  peer <- peer[own$term, ]
  differences <- pmax(differences, c(
    max(abs(own$estimate - peer[, "Estimate"]) / peer[, "Std. Error"]),
    max(abs(own$std_error / peer[, "Std. Error"] - 1)),
    max(abs(own$df / peer[, "df"] - 1))))
  half <- qt(0.975, peer[, "df"]) * peer[, "Std. Error"]
  covered[own$term] <- covered[own$term] + (abs(peer[, "Estimate"] - truth[own$term]) <= half)
}
cat("largest differences over", last, "data sets:\n")
print(signif(differences, 2))
cat("coverage of lmerTest's intervals, %:\n")
print(100 * covered / last)
