# Rscript referee.R FOLDER FIRST LAST: lmerTest on the data sets that 'coverage.py --keep --output FOLDER' left, by seed.
# Prints the largest difference from Herstel in estimates (in standard errors), in standard errors and degrees of freedom
# (relative), and how often lmerTest's own 95% intervals cover the truth: of the fixed effects, and of one deviation, that of
# cohort 2019/20 of the theoretical group from the mean of the baseline.
suppressMessages(library(lmerTest))
arguments <- commandArgs(TRUE)
deviation <- "mean 2019/20 theoretical"
truth <- subset(read.csv(file.path(arguments[1], "coverage.csv")),
  kind == "fixed effect" | kind == "deviation" & quantity == deviation)
truth <- setNames(truth$truth, truth$quantity)
differences <- c(estimate = 0, std_error = 0, df = 0)
covered <- 0 * truth
seeds <- as.integer(arguments[2]):as.integer(arguments[3])
for (seed in seeds) {
  folder <- file.path(arguments[1], paste0("seed-", seed))
  d <- read.csv(file.path(folder, "scores.csv"))
  d$cohort <- factor(d$cohort)
  d$ses <- factor(d$ses, levels = c("theoretical", "practical"))
  m <- lmer(score ~ time * cohort * ses + (1 + time | pupil) + (1 | school), d)
  weights <- 0 * fixef(m)
  weights[paste0("time:cohort", c("2017/18", "2018/19", "2019/20"))] <- c(-1 / 3, -1 / 3, 1)
  contrast <- contest1D(m, weights)
  peer <- coef(summary(m))[, c("Estimate", "Std. Error", "df")]
  peer <- rbind(peer, unlist(contrast[c("Estimate", "Std. Error", "df")]))
  rownames(peer)[nrow(peer)] <- deviation
  growth <- subset(read.csv(file.path(folder, "run", "growth.csv")),
    cohort == "2019/20" & ses == "theoretical" & baseline_kind == "mean")
  own <- read.csv(file.path(folder, "run", "estimates.csv"))[c("term", "estimate", "std_error", "df")]
  # growth.csv has no degrees of freedom: those of the deviation are not compared.
  own <- rbind(own, data.frame(term = deviation, estimate = growth$deviation, std_error = growth$deviation_se, df = NA))
  stopifnot(setequal(rownames(peer), own$term))
  peer <- peer[own$term, ]
  differences <- pmax(differences, c(
    max(abs(own$estimate - peer[, "Estimate"]) / peer[, "Std. Error"]),
    max(abs(own$std_error / peer[, "Std. Error"] - 1)),
    max(abs(own$df / peer[, "df"] - 1), na.rm = TRUE)))
  half <- qt(0.975, peer[, "df"]) * peer[, "Std. Error"]
  covered[own$term] <- covered[own$term] + (abs(peer[, "Estimate"] - truth[own$term]) <= half)
}
cat("largest differences over", length(seeds), "data sets:\n")
print(signif(differences, 2))
cat("covered by lmerTest's intervals:\n")
print(covered)
