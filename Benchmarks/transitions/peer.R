# glmer of lme4 on the rows of make.py: peer.R FILE. Prints seconds of reading and fitting, and the fit.
suppressMessages(library(lme4))
path <- commandArgs(TRUE)[1]
read <- system.time({
  rows <- if (requireNamespace("data.table", quietly = TRUE)) as.data.frame(data.table::fread(path)) else read.csv(path)
  for (name in c("school", "ses", "sex", "year")) rows[[name]] <- factor(rows[[name]])
  rows$ses <- relevel(rows$ses, as.character(read.csv(path, nrows = 1)$ses))
})
time <- system.time(fit <- glmer(retained ~ skill + wellbeing + ses + sex + year + (1 | school), rows, binomial))
cat(sprintf("glmer\tread %.1f s\tfit %.1f s\tlogLik %.6f\n", read[["elapsed"]], time[["elapsed"]], logLik(fit)))
print(cbind(fixef(fit), sqrt(diag(as.matrix(vcov(fit))))), digits = 10)
print(VarCorr(fit), digits = 10)
