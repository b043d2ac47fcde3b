# Rscript evidence.R FILE ESTIMATE SAMPLING COLUMN STUDY MODERATORS STRUCTURE ESTIMATOR TEST ROBUST PARTS
#   SAMPLING is std_error, variance or fisher_z (then ESTIMATE is a correlation and COLUMN a sample size); STUDY and
#   ROBUST may be -; MODERATORS is the right side of a formula; PARTS is a list of loo, loo_study, egger, interval, or -.
#   Fits with metafor, and with clubSandwich where a robust covariance is asked for, and prints name, tab, value.
#   metafor's optimiser for several variances stops early: its variances are taken on to the optimum by Newton steps with
#   dense matrices, and metafor fits again with them held fixed.
# Rscript evidence.R nls FILE
#   fits the decay to a plateau of a CSV with months, ratio, std_error by nls with weights.
suppressMessages({ library(metafor); library(clubSandwich) })
a <- commandArgs(TRUE)
put <- function(name, x) cat(name, "\t", trimws(formatC(x, digits = 17, format = "g")), "\n", sep = "")
if (a[1] == "nls") {
  d <- read.csv(a[2])
  fit <- nls(ratio ~ c + (1 - c) * exp(-exp(r) * months), d, start = list(c = 0.35, r = log(0.3)), weights = 1 / std_error^2,
             control = nls.control(tol = 1e-12, maxiter = 500, scaleOffset = 1, warnOnly = TRUE))
  cf <- coef(fit); v <- vcov(fit) / summary(fit)$sigma^2
  put("plateau", cf[["c"]]); put("rate", exp(cf[["r"]])); put("chi2", deviance(fit))
  put("se plateau", sqrt(v[1, 1])); put("se log rate", sqrt(v[2, 2])); put("covariance", v[1, 2])
  one <- nls(ratio ~ exp(-exp(r) * months), d, start = list(r = log(0.05)), weights = 1 / std_error^2,
             control = nls.control(tol = 1e-12, maxiter = 500, scaleOffset = 1, warnOnly = TRUE))
  put("single rate", exp(coef(one))); put("single chi2", deviance(one))
  quit()
}
names(a) <- c("file", "estimate", "sampling", "column", "study", "mods", "structure", "estimator", "test", "robust", "parts")
parts <- strsplit(a[["parts"]], ",")[[1]]
d <- read.csv(a[["file"]], na.strings = c("", "NA"))
mods <- as.formula(paste("~", a[["mods"]]))
for (name in all.vars(mods)) if (is.character(d[[name]])) d[[name]] <- factor(d[[name]], levels = sort(unique(d[[name]]), method = "radix"))
d$yi_ <- d[[a[["estimate"]]]]
s <- d[[a[["column"]]]]
d$vi_ <- switch(a[["sampling"]], std_error = s^2, variance = s, fisher_z = 1 / (s - 3))
if (a[["sampling"]] == "fisher_z") d$yi_ <- atanh(d$yi_)
d$study_ <- if (a[["study"]] == "-") seq_len(nrow(d)) else as.character(d[[a[["study"]]]])
d <- d[complete.cases(d[c("yi_", "vi_", "study_", all.vars(mods))]), ]
for (name in all.vars(mods)) if (is.factor(d[[name]])) d[[name]] <- droplevels(d[[name]])
d$study_ <- factor(d$study_, levels = unique(d$study_))
test <- c(normal = "z", knapp_hartung = "knha", t = "t")[[a[["test"]]]]
method <- c(reml = "REML", ml = "ML", paule_mandel = "PM", dersimonian_laird = "DL")[[a[["estimator"]]]]
if (a[["structure"]] == "fixed") method <- "EE"

polish <- function(theta, y, X, v, study) {
  same <- outer(as.integer(study), as.integer(study), "==") * 1
  at <- function(theta) {
    V <- theta[1] * same + diag(v + theta[2])
    L <- chol(V); W <- chol2inv(L); XWX <- crossprod(X, W %*% X)
    P <- W - W %*% X %*% solve(XWX, crossprod(X, W))
    T <- if (method == "REML") P else W
    q <- c(P %*% y); s <- c(same %*% q); TS <- T %*% same
    g <- c(sum(diag(TS)) - sum(q * s), sum(diag(T)) - sum(q * q))
    I <- matrix(c(sum(TS * t(TS)), sum(TS * T), sum(TS * T), sum(T * T)), 2)
    Ps <- c(P %*% s); Pq <- c(P %*% q)
    H <- -I + 2 * matrix(c(sum(s * Ps), sum(s * Pq), sum(s * Pq), sum(q * Pq)), 2)
    value <- 2 * sum(log(diag(L))) + sum(y * q) + if (method == "REML") c(determinant(XWX)$modulus) else 0
    list(g = g, H = H, I = I, value = value)
  }
  theta[theta < 1e-9 * mean(v)] <- 0
  for (i in 1:100) {
    p <- at(theta); free <- theta > 0 | p$g < 0
    if (!any(free)) break
    H <- p$H[free, free, drop = FALSE]
    if (any(eigen(H, TRUE, TRUE)$values <= 0)) H <- p$I[free, free, drop = FALSE]
    step <- numeric(2); step[free] <- solve(H, p$g[free])
    new <- pmax(0, theta - step)
    while (at(new)$value > p$value + 1e-11 * abs(p$value)) { step <- step / 2; new <- pmax(0, theta - step) }
    done <- all(abs(new - theta) <= 1e-14 * pmax(theta, 1e-10))
    theta <- new
    if (done) break
  }
  list(theta = theta, I = at(theta)$I)
}
fit_with <- function(d, mods, start = NULL) {
  X <- model.matrix(mods, d)
  if (a[["structure"]] != "three_level")
    return(suppressWarnings(rma.uni(yi_, vi_, mods = X, intercept = FALSE, data = d, method = method, test = test,
                   control = list(threshold = 1e-14, maxiter = 100000, tol = 1e-15, tau2.max = 1000))))
  d$row_ <- seq_len(nrow(d))
  if (is.null(start)) start <- rma.mv(yi_, vi_, mods = X, intercept = FALSE, random = ~ 1 | study_/row_, data = d, method = method)$sigma2
  best <- polish(start, d$yi_, X, d$vi_, droplevels(d$study_))
  m <- rma.mv(yi_, vi_, mods = X, intercept = FALSE, random = ~ 1 | study_/row_, data = d, method = method, sigma2 = best$theta,
              test = test)
  m$information_ <- best$I
  m
}
total <- function(m) if (inherits(m, "rma.mv")) sum(m$sigma2) else m$tau2
f <- fit_with(d, mods)
X <- model.matrix(mods, d); k <- nrow(X); p <- ncol(X)
pooled <- p == 1
robust <- a[["robust"]] != "-"
inference <- function(m, study) {
  if (!robust) return(list(se = m$se, df = if (test == "z") NA else m$k - m$p, v = m$vb))
  v <- vcovCR(m, cluster = study, type = toupper(a[["robust"]]))
  ct <- as.data.frame(coef_test(m, vcov = v, test = "Satterthwaite"))
  list(se = ct$SE, df = ct[[grep("^df", names(ct))[1]]], v = v)
}
n <- inference(f, d$study_)
for (i in 1:p) {
  put(paste("estimate", i), f$beta[i]); put(paste("se", i), n$se[i])
  if (robust) put(paste("df", i), n$df[i])
}
for (i in 1:p) for (j in 1:i) put(paste("covariance", i, j), n$v[i, j])
if (!robust) for (i in 1:p) { put(paste("p", i), f$pval[i]); put(paste("low", i), f$ci.lb[i]); put(paste("high", i), f$ci.ub[i]) }
put("k", k); put("QE", f$QE); put("QEp", f$QEp)
W <- diag(1 / d$vi_); P <- W - W %*% X %*% solve(crossprod(X, W %*% X), crossprod(X, W))
vt <- (k - p) / sum(diag(P))
if (a[["structure"]] != "fixed") {
  put("variance", total(f)); put("I2", 100 * total(f) / (total(f) + vt)); put("H2", total(f) / vt + 1)
} else { put("I2", f$I2); put("H2", f$H2) }
if (a[["structure"]] == "random") {
  put("se tau2", f$se.tau2)
  ci <- confint(f, control = list(tol = 1e-15, maxiter = 10000))$random
  put("tau2 low", ci["tau^2", "ci.lb"]); put("tau2 high", ci["tau^2", "ci.ub"])
  if (!is.null(f$R2) && colnames(X)[1] == "(Intercept)" && p > 1) {
    without <- fit_with(d, ~ 1)$tau2
    put("R2", if (without > 0) max(0, 100 * (without - f$tau2) / without) else 0)
  }
}
if (a[["structure"]] == "three_level") {
  free <- f$sigma2 > 0; se <- rep(NA, 2)
  if (any(free)) se[free] <- sqrt(2 * diag(solve(f$information_[free, free, drop = FALSE])))
  put("sigma2 1", f$sigma2[1]); put("sigma2 2", f$sigma2[2])
  for (i in which(free)) put(paste("se sigma2", i), se[i])
  if ("interval" %in% parts) {
    d$row_ <- seq_len(nrow(d))
    own <- rma.mv(yi_, vi_, mods = X, intercept = FALSE, random = ~ 1 | study_/row_, data = d, method = method)
    for (i in 1:2) {
      ci <- confint(own, sigma2 = i, control = list(tol = 1e-10))$random
      put(paste("profile low", i), ci[1, "ci.lb"]); put(paste("profile high", i), ci[1, "ci.ub"])
    }
  }
}
if (a[["structure"]] == "fixed" || method %in% c("REML", "ML")) put("log-likelihood", as.numeric(logLik(f)))
if (p > 1) {
  if (robust) {
    w <- Wald_test(f, constraints = constrain_zero(2:p), vcov = n$v, test = "HTZ")
    put("QM", w$Fstat); put("QM df2", w$df_denom); put("QMp", w$p_val)
  } else {
    g <- if (inherits(f, "rma.mv")) anova(f, btt = 2:p) else anova(f, btt = 2:p)
    put("QM", g$QM); put("QMp", g$QMp)
  }
}
if (pooled && !robust) {
  pr <- predict(f)
  if (a[["structure"]] != "fixed") { put("prediction low", pr$pi.lb); put("prediction high", pr$pi.ub) }
}
if ("loo" %in% parts) {
  if (a[["structure"]] == "random" && pooled && !robust) {
    l <- leave1out(f)
    for (i in seq_len(k)) { put(paste("loo", i), l$estimate[i]); put(paste("loo se", i), l$se[i]); put(paste("loo Q", i), l$Q[i]); put(paste("loo variance", i), l$tau2[i]) }
  } else for (i in seq_len(k)) {
    e <- d[-i, ]; e$study_ <- droplevels(e$study_); m <- fit_with(e, mods, f$sigma2); q <- inference(m, e$study_)
    put(paste("loo", i), m$beta[1]); put(paste("loo se", i), q$se[1]); put(paste("loo Q", i), m$QE); put(paste("loo variance", i), total(m))
  }
}
if ("loo_study" %in% parts) for (i in seq_along(levels(d$study_))) {
  e <- d[d$study_ != levels(d$study_)[i], ]; e$study_ <- droplevels(e$study_); m <- fit_with(e, mods, f$sigma2); q <- inference(m, e$study_)
  put(paste("loo study", i), m$beta[1]); put(paste("loo study se", i), q$se[1]); put(paste("loo study variance", i), total(m))
}
if ("egger" %in% parts) {
  d$sei_ <- sqrt(d$vi_)
  if (a[["structure"]] != "three_level" && !robust) {
    r <- regtest(f)
    put("egger statistic", r$zval); put("egger p", r$pval)
    if (pooled) { put("egger limit", r$est); put("egger limit se", r$fit$se[1]) }
  }
  if (a[["study"]] != "-") {
    m <- fit_with(d, update(mods, ~ . + sei_))
    ct <- as.data.frame(coef_test(m, vcov = vcovCR(m, cluster = d$study_, type = "CR2"), test = "Satterthwaite"))
    i <- nrow(ct)
    put("sandwich slope", ct$beta[i]); put("sandwich se", ct$SE[i]); put("sandwich df", ct[[grep("^df", names(ct))[1]]][i])
  }
}
