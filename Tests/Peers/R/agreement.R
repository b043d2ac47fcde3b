# Rscript agreement.R CASES.json
#   fits every case with lme4, by REML and by ML, takes Newton steps to the optimum's full digits, and prints case, name and
#   value between tabs. CASES.json: [{name, file, formula, factors, weights, report: {time, from, to, cohort, group}}].
# Per fit: rows; criterion; the largest gradient left; fixed effects, standard errors, variances; degrees of freedom and p-values
# by lmerTest at the polished optimum; cells and the lower triangle of their covariance by emmeans, where reported.
suppressMessages({ library(lme4); library(lmerTest); library(numDeriv); library(emmeans); library(jsonlite) })

read_case <- function(case) {
  data <- read.csv(case$file, na.strings = c("NA", ""))
  used <- intersect(c(all.vars(as.formula(case$formula)), case$weights), names(data))
  data <- data[complete.cases(data[used]), used]
  # A factor's levels are put in the order of code points, as Herstel does.
  for (name in used)
    if (is.character(data[[name]]) || name %in% case$factors)
      data[[name]] <- factor(data[[name]], levels = as.character(sort(unique(data[[name]]), method = "radix")))
  data$prior. <- if (is.null(case$weights)) 1 else data[[case$weights]]
  data
}

# Newton steps with numDeriv's extrapolated derivatives: a derivative-free optimiser stops at half the digits of theta.
polished <- function(formula, data, reml) {
  arguments <- list(formula, data, REML = reml, weights = data$prior.,
    control = lmerControl(optimizer = "nloptwrap", calc.derivs = FALSE, check.conv.singular = "ignore",
      optCtrl = list(xtol_rel = 1e-14, xtol_abs = 1e-14, ftol_abs = 1e-14, maxeval = 1e5)))
  model <- do.call(lme4::lmer, arguments)
  deviance_at <- do.call(lme4::lmer, c(arguments, devFunOnly = TRUE))
  theta <- getME(model, "theta")
  free <- !(getME(model, "lower") == 0 & theta < 1e-4)
  theta[!free] <- 0
  f <- function(v) { t <- theta; t[free] <- v; deviance_at(t) }
  gradient <- 0
  if (any(free)) for (i in 1:6) {
    gradient <- grad(f, theta[free], method.args = list(r = 5, d = 1e-2))
    step <- solve(hessian(f, theta[free], method.args = list(r = 4, d = 1e-2)), gradient)
    theta[free] <- theta[free] - step
    if (max(abs(step)) < 1e-9) break
  }
  value <- deviance_at(theta)
  result <- mkMerMod(environment(deviance_at), list(par = theta, fval = value, conv = 0, message = ""),
    lFormula(formula, data, weights = data$prior., REML = reml)$reTrms, fr = model.frame(model), mc = getCall(model))
  list(model = result, deviance_at = deviance_at, value = value, gradient = max(abs(gradient)))
}

put_fit <- function(put, fit) {
  put("rows", nobs(fit$model))
  put("criterion", fit$value)
  put("gradient", fit$gradient)
  table <- coef(summary(lmerTest:::as_lmerModLT(fit$model, fit$deviance_at), ddf = "Satterthwaite"))
  for (term in rownames(table)) {
    put(paste("beta", term), table[term, "Estimate"])
    put(paste("se", term), table[term, "Std. Error"])
    put(paste("df", term), table[term, "df"])
    put(paste("p", term), table[term, "Pr(>|t|)"])
  }
  components <- as.data.frame(VarCorr(fit$model))
  # lme4 numbers a second term of the same factor Subject.1, and names a nested one class:school; Herstel puts both under
  # the factor's name, school:class.
  for (i in seq_len(nrow(components))) {
    factors <- sort(strsplit(sub("\\.[0-9]+$", "", components$grp[i]), ":")[[1]])
    parts <- c(paste(factors, collapse = ":"), components$var1[i], components$var2[i])
    put(paste(c("var", parts[!is.na(parts)]), collapse = " "), components$vcov[i])
  }
}

# Marginal means over the reference grid, or their differences over the interval of time; cohorts outside, groups inside.
put_cells <- function(put, model, data, report) {
  by <- c(report$group, report$cohort)
  specs <- reformulate(c(report$time, by))
  at <- list()
  if (!is.null(report$time)) at[[report$time]] <- c(report$from, report$to)
  cells <- emmeans(model, specs, data = data, at = at, lmer.df = "asymptotic")
  if (!is.null(report$time)) cells <- contrast(cells, "revpairwise", by = by)
  values <- as.data.frame(cells)
  order <- do.call(order, unname(as.list(values[rev(by)])))
  # Cells that the data do not determine have no estimate.
  column <- if (is.null(report$time)) "emmean" else "estimate"
  order <- order[!is.na(values[order, column])]
  covariance <- as.matrix(vcov(cells))[order, order, drop = FALSE]
  estimate <- values[order, column]
  for (i in seq_along(order)) {
    put(paste("cell", i), estimate[i])
    for (j in 1:i) put(paste("cellcov", i, j), covariance[i, j])
  }
}

for (case in fromJSON(commandArgs(TRUE)[1], simplifyDataFrame = FALSE)) {
  started <- proc.time()[[3]]
  data <- read_case(case)
  formula <- as.formula(case$formula)
  for (criterion in c("REML", "ML")) {
    put <- function(name, x)
      cat(case$name, " ", criterion, "\t", name, "\t", trimws(formatC(x, digits = 17, format = "g")), "\n", sep = "")
    fit <- suppressWarnings(suppressMessages(polished(formula, data, criterion == "REML")))
    put_fit(put, fit)
    if (!is.null(case$report)) suppressMessages(put_cells(put, fit$model, data, case$report))
  }
  message(sprintf("%s: %.1f s", case$name, proc.time()[[3]] - started))
}
