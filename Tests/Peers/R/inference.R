# Rscript inference.R FILE FORMULA SMALLER FACTORS [WEIGHTS]
# Fits a model by REML with lme4 and prints name, tab, value: log-likelihood, AIC, BIC, the likelihood-ratio test against a
# smaller model (by maximum likelihood, as anova does), profile intervals (of the maximum likelihood fit), conditional modes
# with their conditional standard deviations, fitted values and scaled residuals.
suppressMessages(library(lme4))
a <- commandArgs(TRUE)
data <- read.csv(a[1])
for (name in strsplit(a[4], ",")[[1]]) data[[name]] <- factor(data[[name]])
data$prior <- if (length(a) > 4) data[[a[5]]] else 1
control <- lmerControl(optimizer = "nloptwrap", calc.derivs = FALSE,
                       optCtrl = list(xtol_rel = 1e-12, xtol_abs = 1e-12, ftol_abs = 1e-12, maxeval = 1e5))
fit <- lmer(as.formula(a[2]), data, weights = prior, control = control)
smaller <- lmer(as.formula(a[3]), data, weights = prior, control = control)
line <- function(name, value) cat(name, "\t", format(value, digits = 17), "\n", sep = "")
line("log_likelihood", as.numeric(logLik(fit)))
line("aic", AIC(fit))
line("bic", BIC(fit))
test <- suppressMessages(anova(smaller, fit))
line("statistic", test$Chisq[2])
line("df", test$Df[2])
line("p_value", test[["Pr(>Chisq)"]][2])
ml <- refitML(fit)
intervals <- suppressMessages(suppressWarnings(confint(profile(ml, delta = 0.1), level = 0.95)))
for (row in rownames(intervals)) {
  line(paste("lower", row), intervals[row, 1])
  line(paste("upper", row), intervals[row, 2])
}
modes <- as.data.frame(ranef(fit, condVar = TRUE))
for (row in seq_len(nrow(modes))) {
  key <- paste(modes$grpvar[row], modes$grp[row], modes$term[row])
  line(paste("mode", key), modes$condval[row])
  line(paste("mode_sd", key), modes$condsd[row])
}
line("fitted 1", fitted(fit)[1])
line("fitted sum of squares", sum(fitted(fit)^2))
line("scaled residual 1", residuals(fit, type = "pearson", scaled = TRUE)[1])
line("residual sum of squares", sum(residuals(fit, type = "pearson", scaled = TRUE)^2))
