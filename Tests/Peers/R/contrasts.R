# Rscript contrasts.R FILE
# Growth per cohort and group, its deviation from the mean and from the trend of the first three cohorts, and the change of
# the equity gap, as contrasts of lme4's fixed effects with its covariance: name, tab, estimate, tab, standard error.
suppressMessages(library(lme4))
d <- read.csv(commandArgs(TRUE)[1])
d$cohort <- factor(d$cohort)
d$ses <- factor(d$ses, levels = c("theoretical", "practical"))
m <- lmer(score ~ time * cohort * ses + (1 + time | pupil) + (1 | school), d,
          control = lmerControl(optimizer = "nloptwrap", calc.derivs = FALSE,
                                optCtrl = list(xtol_rel = 1e-12, xtol_abs = 1e-12, ftol_abs = 1e-12, maxeval = 1e5)))
row <- function(cohort, ses, time)
  model.matrix(~ time * cohort * ses, data.frame(time = time, cohort = factor(cohort, levels(d$cohort)),
                                                 ses = factor(ses, levels(d$ses))))
growth <- function(cohort, ses) row(cohort, ses, 1) - row(cohort, ses, 0)
before <- levels(d$cohort)[1:3]
reference <- function(ses, w) w[1] * growth(before[1], ses) + w[2] * growth(before[2], ses) + w[3] * growth(before[3], ses)
average <- rep(1 / 3, 3)
line <- average + 2 * c(-1, 0, 1) / 2
put <- function(name, l)
  cat(name, format(sum(l * fixef(m)), digits = 17), format(sqrt(c(l %*% as.matrix(vcov(m)) %*% t(l))), digits = 17), sep = "\t", fill = TRUE)
after <- levels(d$cohort)[4]
for (ses in levels(d$ses)) {
  put(paste("growth", ses), growth(after, ses))
  put(paste("mean", ses), growth(after, ses) - reference(ses, average))
  put(paste("trend", ses), growth(after, ses) - reference(ses, line))
}
gap <- function(f) f("practical") - f("theoretical")
put("gap change", gap(function(s) growth(after, s)) - gap(function(s) reference(s, average)))
