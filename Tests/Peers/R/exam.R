# Rscript exam.R FILE FORMULA OPTIMISER
# Fits passes out of candidates with glmer (Laplace) to FILE (columns school, track, year, quintile, candidates, passed), takes a
# Newton step to the optimum's full digits, and prints name, tab, value: fixed effects with standard errors from the joint
# Hessian, standard deviations of random effects, and by its own delta method (numeric derivatives of its own functions) the
# population-averaged pass rates in percent by year and quintile at the mix of tracks of all candidates, the deviations of 2020 to
# 2022 from the least-squares line through 2015 to 2019, and the changes of the gap between the first and the last quintile.
suppressMessages({ library(lme4); library(numDeriv) })
a <- commandArgs(TRUE)
d <- read.csv(a[1], colClasses = c(school = "character", track = "character", year = "character", quintile = "character"))
for (name in c("track", "year", "quintile")) d[[name]] <- factor(d[[name]])
formula <- as.formula(paste("cbind(passed, candidates - passed)", a[2]))
started <- proc.time()[["elapsed"]]
model <- suppressWarnings(suppressMessages(glmer(formula, d, family = binomial, nAGQ = 1, control = glmerControl(
  optimizer = a[3], calc.derivs = FALSE, tolPwrss = 1e-10, optCtrl = if (a[3] == "bobyqa") list(maxfun = 1e5) else
    list(maxeval = 1e5, xtol_abs = 1e-9, ftol_abs = 1e-9)))))
seconds <- proc.time()[["elapsed"]] - started
nt <- length(getME(model, "theta"))
point <- c(getME(model, "theta"), fixef(model))
# Steps in units of standard errors, around 1. lme4 takes log|H| one step before its modes, so its tolerance is as small as
# rounding lets it be; see glmer.R.
units <- c(rep(0.03, nt), sqrt(diag(as.matrix(vcov(model, use.hessian = FALSE)))))
polish <- function(tolerance) {
  deviance_at <- update(model, devFunOnly = TRUE, control = glmerControl(tolPwrss = tolerance))
  one <- rep(1, length(point))
  for (i in 1:4) {
    f <- function(z) deviance_at(point + units * (z - 1))
    g <- grad(f, one, method.args = list(r = 3, d = 0.1)) / units
    if (i == 1) H <- hessian(f, one, method.args = list(r = 3, d = 0.8)) / outer(units, units)
    step <- solve(H, g)
    if (sum(step * g) < 1e-9) break
    point <- point - step
  }
  list(point = point, H = H, decrement = sum(step * g), criterion = deviance_at(point), tolerance = tolerance)
}
for (tolerance in c(4e-15, 1e-14, 1e-13, 1e-12)) {
  polished <- tryCatch(polish(tolerance), error = function(e) NULL)
  if (!is.null(polished)) break
}
invisible(list2env(polished, environment()))
V <- 2 * solve(H)
put <- function(name, x) cat(name, "\t", trimws(formatC(x, digits = 17, format = "g")), "\n", sep = "")
put("seconds", seconds)
put("criterion", criterion)
put("decrement", decrement)
put("tolerance", tolerance)
beta <- point[-(1:nt)]; names(beta) <- names(fixef(model))
for (i in seq_along(beta)) { put(paste("beta", names(beta)[i]), beta[[i]]); put(paste("se", names(beta)[i]), sqrt(V[nt + i, nt + i])) }
for (i in 1:nt) put(paste("sd", paste(sort(strsplit(sub("\\..*", "", names(getME(model, "theta"))[i]), ":")[[1]]), collapse = ":")), point[[i]])

# Gauss-Hermite for a standard normal by the eigenvalues of the Jacobi matrix (Golub and Welsch 1969).
gh <- eigen({ J <- matrix(0, 41, 41); k <- 1:40; J[cbind(k, k + 1)] <- J[cbind(k + 1, k)] <- sqrt(k); J }, symmetric = TRUE)
nodes <- gh$values; weights <- gh$vectors[1, ]^2
fixed <- nobars(as.formula(a[2]))
years <- levels(d$year); quintiles <- levels(d$quintile)
share <- tapply(d$candidates, d$track, sum); share <- share / sum(share)
cells <- expand.grid(year = years, quintile = quintiles)
X <- lapply(seq_len(nrow(cells)), function(i) model.matrix(fixed, data.frame(
  track = factor(names(share), levels = levels(d$track)), year = factor(cells$year[i], levels = years),
  quintile = factor(cells$quintile[i], levels = quintiles)),
  contrasts.arg = NULL))
rates <- function(v) {
  s <- sqrt(sum(v[1:nt]^2))
  sapply(X, function(x) { eta <- as.vector(x[, names(beta)] %*% v[-(1:nt)]); 100 * sum(share * sapply(eta, function(e) sum(weights * plogis(e + s * nodes)))) })
}
line <- function(target) { x <- 2015:2019; 1 / 5 + (target - 2017) * (x - 2017) / 10 }
results <- function(v) {
  p <- matrix(rates(v), length(years)); dimnames(p) <- list(years, quintiles)
  base <- as.character(2015:2019)
  out <- as.vector(p); names(out) <- paste("rate", cells$year, cells$quintile)
  first <- quintiles[1]; last <- quintiles[length(quintiles)]
  for (y in c("2020", "2021", "2022")) {
    w <- line(as.numeric(y))
    for (q in quintiles) out[[paste("deviation", y, q)]] <- p[y, q] - sum(w * p[base, q])
    gap <- p[, first] - p[, last]
    out[[paste("gap", y)]] <- gap[[y]] - sum(w * gap[base])
  }
  out
}
value <- results(point)
D <- jacobian(function(v) unname(results(v)), point)
errors <- sqrt(diag(D %*% V %*% t(D)))
for (i in seq_along(value)) { put(names(value)[i], value[[i]]); put(paste("se", names(value)[i]), errors[i]) }
