# Rscript lmer.R FILE: the model of Benchmarks/growth with lme4, without the derivative check after convergence.
suppressMessages(library(lme4))
d <- read.csv(commandArgs(TRUE)[1])
d$cohort <- factor(d$cohort)
d$ses <- factor(d$ses, levels = c("theoretical", "practical"))
d$pupil <- factor(d$pupil)
d$school <- factor(d$school)
time <- system.time(
  m <- lmer(score ~ time * cohort * ses + (1 + time | pupil) + (1 | school), d, control = lmerControl(calc.derivs = FALSE)))
cat("         fitting call", time[["elapsed"]], "s, REML criterion", format(REMLcrit(m), digits = 14), "\n")
