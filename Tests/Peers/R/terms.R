# Rscript terms.R FILE FORMULA FACTORS REML|ML CONTRASTS SUBSET
# CONTRASTS: name=contr.sum,name=contr.helmert,name=LEVEL (treatment against LEVEL); SUBSET: an R condition. Either may be '-'.
# Fits with lme4 as polish.R does, Newton steps included, on the complete rows of the subset, where poly, ns and scale are
# computed too. Prints name, tab, value: criterion, fixed effects, standard errors, variances; and every column of the model
# matrix: 'column NAME', tab, its values.
suppressMessages({ library(lme4); library(numDeriv); library(splines) })
a <- commandArgs(TRUE)
data <- read.csv(a[1])
for (name in strsplit(a[3], ",")[[1]]) data[[name]] <- factor(data[[name]])
formula <- as.formula(a[2])
reml <- a[4] == "REML"
if (a[6] != "-") data <- data[with(data, eval(parse(text = a[6]))) %in% TRUE, ]
data <- data[complete.cases(data[all.vars(formula)]), ]
for (name in all.vars(formula))
  if (is.character(data[[name]]) || is.factor(data[[name]]))
    data[[name]] <- factor(data[[name]], levels = sort(unique(as.character(data[[name]])), method = "radix"))
if (a[5] != "-") for (pair in strsplit(strsplit(a[5], ",")[[1]], "=")) {
  levels <- levels(data[[pair[1]]])
  # As an attribute of the factor: lmer's own argument does not reach the random effects.
  contrasts(data[[pair[1]]]) <-
    if (pair[2] %in% levels) contr.treatment(levels, base = match(pair[2], levels)) else get(pair[2])(length(levels))
}
model <- lmer(formula, data, REML = reml,
              control = lmerControl(optimizer = "nloptwrap", calc.derivs = FALSE,
                                    optCtrl = list(xtol_rel = 1e-14, xtol_abs = 1e-14, ftol_abs = 1e-14, maxeval = 1e5)))
deviance_at <- update(model, devFunOnly = TRUE)
theta <- getME(model, "theta")
for (i in 1:6) {
  step <- solve(hessian(deviance_at, theta, method.args = list(r = 4, d = 1e-2)),
                grad(deviance_at, theta, method.args = list(r = 5, d = 1e-2)))
  theta <- theta - step
  if (max(abs(step)) < 1e-11) break
}
value <- deviance_at(theta)
polished <- mkMerMod(environment(deviance_at), list(par = theta, fval = value, conv = 0, message = ""),
                     lFormula(formula, data, REML = reml)$reTrms, fr = model.frame(model))
digits <- function(x) trimws(formatC(x, digits = 17, format = "g"))
put <- function(name, x) cat(name, "\t", digits(x), "\n", sep = "")
put("criterion", value)
cf <- summary(polished)$coefficients
for (term in rownames(cf)) { put(paste("beta", term), cf[term, 1]); put(paste("se", term), cf[term, 2]) }
vc <- as.data.frame(VarCorr(polished))
for (i in seq_len(nrow(vc))) {
  parts <- c(vc$grp[i], vc$var1[i], vc$var2[i])
  put(if (vc$grp[i] == "Residual") "var Residual" else paste(c("var", parts[!is.na(parts)]), collapse = " "), vc$vcov[i])
}
X <- getME(model, "X")
for (term in colnames(X)) cat("column ", term, "\t", paste(digits(X[, term]), collapse = " "), "\n", sep = "")
