# Rscript glmer.R data NAME FILE
#   writes a data set of lme4 as CSV.
# Rscript glmer.R fit FILE FORMULA FACTORS FAMILY WEIGHTS OFFSET POINTS
#   fits a model with glmer, takes Newton steps on lme4's own deviance function to the optimum's full digits (glmer stops at
#   three to five of them, and its own Hessian has two or three, because tolPwrss is 1e-7), and prints name, tab, value:
#   criterion, gradient, fixed effects, standard errors, variances, conditional modes with their variances.
# WEIGHTS and OFFSET are column names or -.
suppressMessages({ library(lme4); library(numDeriv) })
a <- commandArgs(TRUE)
if (a[1] == "data") {
  d <- get(a[2])
  if (a[2] == "cbpp") d$proportion <- d$incidence / d$size
  if (a[2] == "VerbAgg") { d$yes <- as.integer(d$r2 == "Y"); d <- subset(d, as.integer(id) <= 100) }
  write.csv(d, a[3], row.names = FALSE, quote = FALSE)
  cat("written\t", nrow(d), "\n", sep = "")
  quit()
}
data <- read.csv(a[2])
for (name in strsplit(a[4], ",")[[1]])
  data[[name]] <- factor(data[[name]], levels = if (is.character(data[[name]])) sort(unique(data[[name]]), method = "radix") else sort(unique(data[[name]])))
formula <- as.formula(a[3])
for (name in intersect(all.vars(formula), names(data)))
  if (is.character(data[[name]])) data[[name]] <- factor(data[[name]], levels = sort(unique(data[[name]]), method = "radix"))
family <- a[5]
data$w. <- if (a[6] == "-") 1 else data[[a[6]]]
data$o. <- if (a[7] == "-") 0 else data[[a[7]]]
points <- as.integer(a[8])
model <- suppressWarnings(suppressMessages(glmer(formula, data, family = family, weights = w., offset = o., nAGQ = points,
  control = glmerControl(optimizer = "bobyqa", calc.derivs = FALSE, tolPwrss = 1e-10, optCtrl = list(maxfun = 1e5)))))
nt <- length(getME(model, "theta"))
start <- c(getME(model, "theta"), fixef(model))
free <- !(c(getME(model, "lower")[1:nt] == 0, rep(FALSE, length(fixef(model)))) & start < 1e-4)
start[!free] <- 0
# numDeriv's steps are a share of each value: in units of standard errors, around 1; wide ones for the Hessian, whose
# second differences divide the noise of the deviance by their square.
units <- c(rep(0.1, nt), sqrt(diag(as.matrix(suppressWarnings(vcov(model, use.hessian = FALSE))))))[free]
polish <- function(tolerance) {
  deviance_at <- update(model, devFunOnly = TRUE, control = glmerControl(tolPwrss = tolerance))
  point <- start
  for (i in 1:6) {
    f <- function(z) { t <- point; t[free] <- t[free] + units * (z - 1); deviance_at(t) }
    one <- rep(1, sum(free))
    g <- grad(f, one, method.args = list(r = 4, d = 0.1)) / units
    H <- hessian(f, one, method.args = list(r = 5, d = 0.8)) / outer(units, units)
    step <- solve(H, g)
    if (sum(step * g) < 1e-10) break
    point[free] <- point[free] - step
  }
  list(deviance_at = deviance_at, point = point, H = H, decrement = sum(step * g))
}
# lme4 takes log|H| one step before its modes: with 1e-13 that can show in the ninth digit of a Poisson deviance. Where a
# smaller tolerance is below rounding, lme4 stops with an error.
for (tolerance in c(4e-15, 1e-14, 1e-13, 1e-12)) {
  polished <- tryCatch(polish(tolerance), error = function(e) NULL)
  if (!is.null(polished)) break
}
list2env(polished, environment())
value <- deviance_at(point)
put <- function(name, x) cat(name, "\t", trimws(formatC(x, digits = 17, format = "g")), "\n", sep = "")
# With quadrature lme4's function counts from the saturated model.
y <- model.response(model.frame(model)); m <- data$w.
saturated <- if (points == 1) 0 else if (family == "binomial") sum(dbinom(round(m * y), m, y, log = TRUE)) else
  sum(dpois(y, y, log = TRUE) * m)
put("criterion", value - 2 * saturated)
put("decrement", decrement)
put("tolerance", tolerance)
se <- sqrt(2 * diag(solve(H)))[(sum(free[1:nt]) + 1):sum(free)]
for (j in seq_along(fixef(model))) {
  put(paste("beta", names(fixef(model))[j]), point[nt + j]); put(paste("se", names(fixef(model))[j]), se[j])
}
optimum <- mkMerMod(environment(deviance_at), list(par = point, fval = value, conv = 0, message = ""),
                     glFormula(formula, data, family = family)$reTrms, fr = model.frame(model))
vc <- as.data.frame(VarCorr(optimum))
for (i in seq_len(nrow(vc))) {
  parts <- c(sub("\\.[0-9]+$", "", vc$grp[i]), vc$var1[i], vc$var2[i])
  put(paste("var", paste(parts[!is.na(parts)], collapse = " ")), vc$vcov[i])
}
re <- as.data.frame(ranef(optimum, condVar = TRUE))
for (i in seq_len(nrow(re))) {
  name <- paste(re$grpvar[i], re$grp[i], re$term[i])
  put(paste("mode", name), re$condval[i]); put(paste("modevar", name), re$condsd[i]^2)
}
