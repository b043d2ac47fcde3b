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
  LakeHuron = data.frame(year = as.numeric(time(LakeHuron)), y = as.numeric(LakeHuron), se = NA),
  gcse = gap("age16_gcse_eng_maths_5plus"), primary = gap("age11_expected_RWM"),
  mathematics = pisa("math", "math"), reading = pisa("read", "reading"), science = pisa("science", "science"))
breaks <- list(
  Nile = list(list(1899, c("level", "slope"))), LakeHuron = list(), gcse = list(list(2019, c("level", "slope"))),
  primary = list(list(2021, c("level", "slope"))), mathematics = list(list(2022, "level")),
  reading = list(list(2022, "level")), science = list(list(2022, "level")))
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
    if (nrow(d) > 14) {
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
      fit <- rma.mv(
        y, linked, mods = x, random = ~ 1 | year, data = d, method = method,
        control = list(optimizer = "nlminb", rel.tol = 1e-12))
      label <- paste("linked", method, "z")
      coefficients(name, label, setNames(as.numeric(fit$beta), rownames(fit$beta)), fit$vb)
      show(name, label, c("tau2", "logLik"), c(fit$sigma2, as.numeric(logLik(fit))))
    }
  }
  even <- length(unique(diff(d$year))) == 1
  if (even && nrow(d) > 14 && !known) for (type in c("level", "trend")) {
    fit <- try(StructTS(ts(d$y, start = d$year[1]), type = type,
      optim.control = list(factr = 0.1, pgtol = 0, maxit = 10000)), silent = TRUE)
    if (inherits(fit, "try-error")) next
    show(name, paste("structts", type), names(fit$coef), fit$coef)
    smooth <- tsSmooth(fit)
    level <- if (type == "level") smooth else smooth[, 1]
    show(name, paste("structts", type), paste("smoothed", d$year), as.numeric(level))
    ahead <- predict(fit, n.ahead = 3)
    show(name, paste("structts", type), paste("forecast", 1:3), as.numeric(ahead$pred))
    show(name, paste("structts", type), paste("forecast_se", 1:3), as.numeric(ahead$se))
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
