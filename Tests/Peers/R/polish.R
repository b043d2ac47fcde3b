# Rscript polish.R FILE FORMULA FACTORS REML|ML
# Fits a model with lme4, takes Newton steps to the optimum's full digits (a derivative-free optimiser stops at half of
# them), and prints name, tab, value: criterion, fixed effects, standard errors, variances; degrees of freedom by lmerTest.
suppressMessages({ library(lme4); library(lmerTest); library(numDeriv) })
a <- commandArgs(TRUE)
data <- read.csv(a[1])
for (name in strsplit(a[3], ",")[[1]]) data[[name]] <- factor(data[[name]])
formula <- as.formula(a[2])
reml <- a[4] == "REML"
# R reads text columns as character; a factor's levels are put in the order of code points, as Herstel does.
for (name in intersect(all.vars(formula), names(data)))
  if (is.character(data[[name]])) data[[name]] <- factor(data[[name]], levels = sort(unique(data[[name]]), method = "radix"))
model <- lme4::lmer(formula, data, REML = reml,
                    control = lmerControl(optimizer = "nloptwrap", calc.derivs = FALSE,
                                          optCtrl = list(xtol_rel = 1e-14, xtol_abs = 1e-14, ftol_abs = 1e-14, maxeval = 1e5)))
deviance_at <- update(model, devFunOnly = TRUE)
theta <- getME(model, "theta")
free <- !(getME(model, "lower") == 0 & theta < 1e-4)
theta[!free] <- 0
f <- function(v) { t <- theta; t[free] <- v; deviance_at(t) }
for (i in 1:6) {
  step <- solve(hessian(f, theta[free], method.args = list(r = 4, d = 1e-2)), grad(f, theta[free], method.args = list(r = 5, d = 1e-2)))
  theta[free] <- theta[free] - step
  if (max(abs(step)) < 1e-11) break
}
value <- deviance_at(theta)
polished <- mkMerMod(environment(deviance_at), list(par = theta, fval = value, conv = 0, message = ""),
                     lFormula(formula, data, REML = reml)$reTrms, fr = model.frame(model))
put <- function(name, x) cat(name, "\t", trimws(formatC(x, digits = 17, format = "g")), "\n", sep = "")
put("criterion", value)
cf <- summary(polished)$coefficients
for (term in rownames(cf)) { put(paste("beta", term), cf[term, 1]); put(paste("se", term), cf[term, 2]) }
vc <- as.data.frame(VarCorr(polished))
# lme4 numbers a second term of the same factor Subject.1; Herstel puts both under the factor's name.
for (i in seq_len(nrow(vc))) {
  parts <- c(sub("\\.[0-9]+$", "", vc$grp[i]), vc$var1[i], vc$var2[i])
  name <- if (vc$grp[i] == "Residual") "Residual" else paste(parts[!is.na(parts)], collapse = " ")
  put(paste("var", name), vc$vcov[i])
}
if (reml) {
  df <- summary(lmerTest::lmer(formula, data, REML = TRUE))$coefficients[, "df"]
  for (term in names(df)) put(paste("df", term), df[[term]])
}
