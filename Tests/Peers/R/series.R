# Rscript series.R FOLDER
#   FOLDER: the shared data.
#   prints "data" SERIES YEAR VALUE SE for every year of the series, then SERIES METHOD NAME VALUE for every figure of
#   sandwich, nlme, stats::StructTS, metafor and predict.lm.
suppressPackageStartupMessages({
  library(sandwich)
  library(nlme)
  library(metafor)
})
folder <- commandArgs(TRUE)[1]
number <- function(x) format(x, digits = 17)
show <- function(series, method, names, values) {
  for (i in seq_along(values)) cat(series, method, names[i], number(values[[i]]), sep = "\t", fill = FALSE, "\n")
}
england <- read.csv(file.path(folder, "england_attainment_disadvantage", "disadvantage_gap_index.csv"))
gap <- function(stage) {
  rows <- england[england$stage == stage & !is.na(england$gap_index), ]
  rows <- rows[order(rows$end_year), ]
  data.frame(year = rows$end_year - 1, y = rows$gap_index, se = NA)
}
means <- read.csv(file.path(folder, "assessment_trends", "country_means.csv"))
later <- read.csv(file.path(folder, "assessment_trends", "pisa_oecd_2018_2022.csv"))
pisa <- function(subject, column) {
  rows <- means[means$assessment == "PISA" & means$country == "NLD" & means$subject == subject, ]
  rows <- rows[order(rows$year), ]
  last <- later[later$jurisdiction == "Netherlands" & later$year == 2022, ]
  data.frame(
    year = c(rows$year, 2022), y = c(rows$mean, last[[paste0(column, "_score")]]),
    se = c(rows$se, last[[paste0(column, "_se")]]))
}
all <- list(
  Nile = data.frame(year = as.numeric(time(Nile)), y = as.numeric(Nile), se = NA),
  NileGaps = data.frame(year = as.numeric(time(Nile)), y = as.numeric(Nile), se = NA)[-c(15:24, 61, 80:81), ],
  LakeHuron = data.frame(year = as.numeric(time(LakeHuron)), y = as.numeric(LakeHuron), se = NA),
  gcse = gap("age16_gcse_eng_maths_5plus"), primary = gap("age11_expected_RWM"),
  mathematics = pisa("math", "math"), reading = pisa("read", "reading"), science = pisa("science", "science"))
breaks <- list(
  Nile = list(list(1899, c("level", "slope"))), NileGaps = list(list(1899, c("level", "slope"))), LakeHuron = list(), gcse = list(list(2019, c("level", "slope"))),
  primary = list(list(2021, c("level", "slope"))), mathematics = list(list(2018, "level")),
  reading = list(list(2018, "level")), science = list(list(2018, "level")))
design <- function(name) {
  d <- all[[name]]
  d$trend <- d$year - d$year[1]
  for (change in breaks[[name]]) {
    if ("level" %in% change[[2]]) d$crisis_level <- as.numeric(d$year >= change[[1]])
    if ("slope" %in% change[[2]]) d$crisis_slope <- pmax(0, d$year - change[[1]])
  }
  d
}
coefficients <- function(series, method, beta, covariance) {
  terms <- sub("intrcpt|\\(Intercept\\)", "intercept", names(beta))
  show(series, method, paste("beta", terms), beta)
  show(series, method, paste("se", terms), sqrt(diag(covariance)))
}
# The autocorrelation at the optimum to full precision: nlminb stops when the likelihood changes little.
polished <- function(formula, data, method, kind) {
  start <- gls(formula, data, correlation = kind(form = ~year), method = method)
  phi <- coef(start$modelStruct$corStruct, unconstrained = FALSE)
  at <- function(value) gls(formula, data, correlation = kind(value, form = ~year, fixed = TRUE), method = method)
  best <- optimize(
    function(value) as.numeric(logLik(at(value))), c(max(phi - 0.02, 1e-6 - identical(kind, corAR1)), min(phi + 0.02, 0.9999)),
    maximum = TRUE, tol = 1e-10)
  list(fit = at(best$maximum), phi = best$maximum, unpolished = phi)
}
for (name in names(all)) {
  d <- design(name)
  for (i in seq_len(nrow(d))) cat("data", name, number(d$year[i]), number(d$y[i]), number(d$se[i]), "\n", sep = "\t")
  formula <- reformulate(setdiff(names(d), c("year", "y", "se")), "y")
  known <- !anyNA(d$se)
  fits <- list("equal" = lm(formula, d))
  if (known) fits[["inverse_variance"]] <- lm(formula, d, weights = 1 / d$se^2)
  for (weighting in names(fits)) {
    fit <- fits[[weighting]]
    coefficients(name, paste(weighting, "classical"), coef(fit), vcov(fit))
    for (kind in c("HC0", "HC1", "HC2", "HC3")) {
      if (max(hatvalues(fit)) > 1 - 1e-8 && kind %in% c("HC2", "HC3")) next
      coefficients(name, paste(weighting, tolower(kind)), coef(fit), vcovHC(fit, type = kind))
    }
    for (lag in 0:3) for (adjust in c(TRUE, FALSE)) {
      covariance <- NeweyWest(fit, lag = lag, prewhite = FALSE, adjust = adjust)
      coefficients(name, paste(weighting, "newey_west", lag, adjust, "FALSE"), coef(fit), covariance)
    }
    if (nrow(d) > 10) {
      covariance <- NeweyWest(fit, prewhite = FALSE, adjust = TRUE)
      coefficients(name, paste(weighting, "newey_west automatic TRUE FALSE"), coef(fit), covariance)
      show(name, paste(weighting, "newey_west automatic TRUE FALSE"), "lag", floor(bwNeweyWest(fit, prewhite = 0)))
    }
    if (nrow(d) > 14 && length(unique(diff(d$year))) == 1) {
      for (lag in c(0, 2)) {
        covariance <- NeweyWest(fit, lag = lag, prewhite = TRUE, adjust = TRUE)
        coefficients(name, paste(weighting, "newey_west", lag, "TRUE TRUE"), coef(fit), covariance)
      }
      covariance <- NeweyWest(fit, prewhite = TRUE, adjust = TRUE)
      coefficients(name, paste(weighting, "newey_west automatic TRUE TRUE"), coef(fit), covariance)
    }
  }
  if (nrow(d) > 10) for (method in c("ML", "REML")) for (kind in c("gls_ar1", "gls_car1")) {
    found <- try(polished(formula, d, method, if (kind == "gls_ar1") corAR1 else corCAR1), silent = TRUE)
    if (inherits(found, "try-error")) next
    label <- paste("equal", kind, method)
    coefficients(name, label, coef(found$fit), found$fit$varBeta)
    show(name, label, c("phi", "sigma", "logLik"), c(found$phi, found$fit$sigma, as.numeric(logLik(found$fit))))
  }
  if (known) {
    n <- nrow(d)
    V <- diag(d$se^2)
    # As a shared link error of 3 points would correlate the years from 2012 on.
    linked <- V + 9 * outer(d$year >= 2012, d$year >= 2012)
    x <- reformulate(setdiff(names(d), c("year", "y", "se")))
    tight <- list(stepadj = 0.5, threshold = 1e-12, maxiter = 10000)
    for (method in c("REML", "ML")) for (test in c("z", "t", "knha")) {
      fit <- rma(yi = y, vi = se^2, mods = x, data = d, method = method, test = test, control = tight)
      label <- paste("sampling", method, test)
      coefficients(name, label, setNames(as.numeric(fit$beta), rownames(fit$beta)), fit$vb)
      show(name, label, c("tau2", "logLik"), c(fit$tau2, as.numeric(logLik(fit))))
    }
    for (method in c("REML", "ML")) {
      at <- function(tau2) rma.mv(
        y, linked, mods = x, random = ~ 1 | year, data = d, method = method, sigma2 = tau2)
      best <- optimize(function(tau2) as.numeric(logLik(at(tau2))), c(0, 200), maximum = TRUE, tol = 1e-10)$maximum
      fit <- at(best)
      label <- paste("linked", method, "z")
      coefficients(name, label, setNames(as.numeric(fit$beta), rownames(fit$beta)), fit$vb)
      show(name, label, c("tau2", "logLik"), c(fit$sigma2, as.numeric(logLik(fit))))
    }
  }
  if (nrow(d) > 14 && !known) {
    full <- d$y[match(seq(d$year[1], d$year[nrow(d)]), d$year)]
    if (!anyNA(full)) {
      # Only the local level: StructTS gives the first level and slope of its trend one common prior.
      fit <- StructTS(ts(full), type = "level", optim.control = list(factr = 0.1, pgtol = 0, maxit = 10000))
      show(name, "structts local_level", c("level", "epsilon"), fit$coef)
    }
    v <- var(full, na.rm = TRUE)
    for (form in c("local_level", "local_linear_trend")) {
      isTrend <- form == "local_linear_trend"
      q <- c(0.2, 0.01)[seq_len(1 + isTrend)] * v
      states <- length(q)
      mod <- list(
        T = if (isTrend) matrix(c(1, 0, 1, 1), 2, 2) else matrix(1), Z = c(1, 0)[seq_len(states)], h = 0.3 * v,
        V = diag(q, states), a = c(full[1], 0)[seq_len(states)], P = diag(1e7 * v, states), Pn = diag(1e7 * v, states))
      label <- paste("kalman", form)
      show(name, label, c("level", "slope", "epsilon"), c(q[1], if (isTrend) q[2] else 0, 0.3 * v))
      smooth <- KalmanSmooth(full, mod, nit = -1L)
      years <- seq(d$year[1], d$year[nrow(d)])
      show(name, label, paste("smoothed", years), smooth$smooth[, 1])
      # In the first years the prior variance of 1e7 leaves few digits of the difference that a smoothed variance is.
      late <- -(1:2)
      show(name, label, paste("smoothed_se", years)[late], sqrt(smooth$var[late, 1, 1]))
      if (isTrend) {
        show(name, label, paste("slope", years), smooth$smooth[, 2])
        show(name, label, paste("slope_se", years)[late], sqrt(smooth$var[late, 2, 2]))
      }
      ahead <- KalmanForecast(4, attr(KalmanRun(full, mod, nit = -1L, update = TRUE), "mod"))
      show(name, label, paste("forecast", 1:4), as.numeric(ahead$pred))
      show(name, label, paste("forecast_se", 1:4), sqrt(as.numeric(ahead$var)))
    }
    # The same likelihood without a filter: the years' joint normal density, restricted for the first level and slope.
    time <- d$year - d$year[1]
    n <- length(time)
    X <- cbind(1, time)
    walk <- outer(time, time, pmin)
    bend <- outer(time, time, Vectorize(function(s, t) {
      j <- seq_len(min(s, t))
      if (length(j)) sum((s - j) * (t - j)) else 0
    }))
    restricted <- function(w) {
      R <- try(chol(w[1] * walk + w[2] * bend + w[3] * diag(n)), silent = TRUE)
      if (inherits(R, "try-error")) return(NA)
      Z <- backsolve(R, cbind(X, d$y), transpose = TRUE)
      decomposition <- qr(Z[, 1:2])
      list(
        squares = sum(qr.resid(decomposition, Z[, 3])^2),
        logs = 2 * sum(log(diag(R))) + 2 * sum(log(abs(diag(qr.R(decomposition))))))
    }
    profiled <- function(theta) {
      found <- restricted(c(cos(theta[1])^2, (sin(theta[1]) * cos(theta[2]))^2, (sin(theta[1]) * sin(theta[2]))^2 + 1e-12))
      if (!is.list(found)) return(1e10)
      n * log(2 * pi) + found$logs + (n - 2) * (1 + log(found$squares / (n - 2)))
    }
    best <- NULL
    for (a in c(0.05, 0.3, 0.8, 1.3, 1.5)) for (b in c(0.1, 0.8, 1.3, 1.5, 1.56)) {
      first <- optim(c(a, b), profiled, control = list(reltol = 1e-13, maxit = 2000))
      if (is.null(best) || first$value < best$value) best <- first
    }
    best <- optim(best$par, profiled, control = list(reltol = 1e-16, maxit = 5000))
    theta <- best$par
    w <- c(cos(theta[1])^2, (sin(theta[1]) * cos(theta[2]))^2, (sin(theta[1]) * sin(theta[2]))^2 + 1e-12)
    show(name, "dense local_linear_trend", c("level", "slope", "epsilon", "logLik"),
      c(w * restricted(w)$squares / (n - 2), -best$value / 2))
  }
  crisis <- if (length(breaks[[name]])) breaks[[name]][[1]][[1]] else 1925
  past <- d[d$year < crisis, ]
  future <- d[d$year >= crisis, ]
  for (kind in c("mean_with_scatter", "trend_with_scatter")) {
    fit <- lm(if (kind == "mean_with_scatter") y ~ 1 else y ~ year, past)
    p <- predict(fit, future, interval = "prediction", level = 0.95)
    show(name, kind, paste("expected", future$year), p[, "fit"])
    show(name, kind, paste("low", future$year), future$y - p[, "upr"])
    show(name, kind, paste("high", future$year), future$y - p[, "lwr"])
  }
}
