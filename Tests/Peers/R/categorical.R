# Rscript categorical.R prepare DATA FOLDER OUT
#   makes states, covariates and schools from a data set in the shared folder and writes them as CSV: state (from 0), weight,
#   school, y (the share in state 1), then the columns of the model matrix after the intercept.
#     exams      pass or not of the HAVO and VWO candidates of the first 60 schools with a quintile, 2017-2021: counts
#     hsb        mathematics of 15 or more in Hsb82
#     exam3      normexam of Exam cut at -0.7 and 0.6; exam4 at -1.2, 0 and 1.2
#     bdf4       langPOST of bdf cut at 33, 40 and 47
# Rscript categorical.R METHOD FILE
#   fits by glm, multinom, polr, clmm, or laplace and ordered (written out below) and prints name, tab, value: loglik, coefficients,
#   standard errors (se), cluster-robust ones (cr0, cr1), variances, conditional modes with their variances.
a <- commandArgs(TRUE)
put <- function(name, x) cat(paste0(name, "\t", trimws(formatC(x, digits = 17, format = "g"))), sep = "\n")
prepare <- function(what, folder) {
  take <- function(file) read.csv(file.path(folder, file))
  if (what == "exams") {
    d <- take("nl_secondary_exam_passrates/exam_passrates_school_track_year.csv")
    s <- take("nl_secondary_exam_passrates/schools.csv")
    d <- merge(d[d$track %in% c("HAVO", "VWO"), ], s[, c("brin6", "woz_quintile")], by = "brin6")
    d <- d[!is.na(d$woz_quintile) & d$candidates > 0, ]
    d <- d[d$brin6 %in% sort(unique(d$brin6), method = "radix")[1:60] & d$year %in% 2017:2021, ]
    x <- cbind(model.matrix(~ factor(year), d)[, -1], vwo = as.numeric(d$track == "VWO"), quintile = d$woz_quintile)
    colnames(x)[seq_len(ncol(x) - 2)] <- paste0("y", sort(unique(d$year))[-1])
    one <- data.frame(state = 1, weight = d$passed, school = d$brin6, x)
    other <- data.frame(state = 0, weight = d$candidates - d$passed, school = d$brin6, x)
    return(rbind(one, other))
  }
  if (what == "hsb") {
    d <- take("Hsb82/Hsb82.csv")
    return(data.frame(state = as.numeric(d$mAch >= 15), weight = 1, school = paste0("s", d$school), cses = d$cses,
      minority = as.numeric(d$minrty == "Yes"), catholic = as.numeric(d$sector == "Catholic")))
  }
  if (what %in% c("exam3", "exam4")) {
    d <- take("Exam/Exam.csv")
    cuts <- if (what == "exam3") c(-0.7, 0.6) else c(-1.2, 0, 1.2)
    return(data.frame(state = findInterval(d$normexam, cuts), weight = 1, school = paste0("s", d$school),
      standLRT = d$standLRT, girl = as.numeric(d$sex == "F"), schavg = d$schavg))
  }
  d <- take("bdf/bdf.csv")
  data.frame(state = findInterval(d$langPOST, c(33, 40, 47)), weight = 1, school = paste0("s", d$schoolNR), iq = d$IQ.ver.cen,
    ses10 = d$ses / 10, minority = as.numeric(d$Minority == "Y"))
}
if (a[1] == "prepare") {
  d <- prepare(a[2], a[3])
  # sandwich divides by all rows in one place and by those with a weight in another: leave out rows without.
  write.csv(d[d$weight > 0, ], a[4], row.names = FALSE, quote = FALSE)
  cat("written\tyes\n")
  quit()
}
data <- read.csv(a[2])
terms <- setdiff(names(data), c("state", "weight", "school"))
data$school <- factor(data$school)
data$y <- factor(data$state)
formula <- as.formula(paste("y ~", paste(terms, collapse = " + ")))
states <- as.integer(levels(data$y))
if (a[1] == "glm") {
  fit <- glm(formula, binomial, data, weights = weight, control = glm.control(epsilon = 1e-15, maxit = 100))
  put("loglik", sum(data$weight * log(ifelse(data$state == 1, fitted(fit), 1 - fitted(fit)))))
  put(paste0("1:", names(coef(fit))), coef(fit))
  put(paste0("se 1:", names(coef(fit))), sqrt(diag(vcov(fit))))
  for (adjusted in c(FALSE, TRUE)) put(paste0("cr", as.integer(adjusted), " 1:", names(coef(fit))),
    sqrt(diag(sandwich::vcovCL(fit, data$school, type = "HC0", cadjust = adjusted))))
}
if (a[1] == "multinom") {
  fit <- nnet::multinom(formula, data, weights = weight, Hess = TRUE, trace = FALSE, abstol = 1e-20, reltol = 1e-16, maxit = 2000)
  put("loglik", as.numeric(logLik(fit)))
  b <- coef(fit); s <- summary(fit)$standard.errors
  for (k in rownames(b)) { put(paste0(k, ":", colnames(b)), b[k, ]); put(paste0("se ", k, ":", colnames(b)), s[k, ]) }
}
if (a[1] == "polr") {
  fit <- MASS::polr(formula, data, weights = weight, Hess = TRUE, control = list(reltol = 1e-16, maxit = 2000))
  put("loglik", as.numeric(logLik(fit)))
  names <- c(names(coef(fit)), names(fit$zeta))
  put(names, c(coef(fit), fit$zeta))
  put(paste("se", names), sqrt(diag(vcov(fit))))
  for (adjusted in c(FALSE, TRUE)) put(paste0("cr", as.integer(adjusted), " ", names),
    sqrt(diag(sandwich::vcovCL(fit, data$school, type = "HC0", cadjust = adjusted))))
}
if (a[1] == "clmm") {
  suppressMessages(library(ordinal))
  formula <- update(formula, ~ . + (1 | school))
  fit <- clmm(formula, data, weights = weight, nAGQ = 1, Hess = TRUE,
    control = clmm.control(method = "nlminb", gradTol = 1e-8, innerCtrl = "noWarn"))
  put("loglik", as.numeric(logLik(fit)))
  put(names(fit$beta), fit$beta)
  put(names(fit$alpha), fit$alpha)
  s <- sqrt(diag(vcov(fit)))
  put(paste("se", c(names(fit$beta), names(fit$alpha))), s[c(names(fit$beta), names(fit$alpha))])
  put("variance (Intercept)", as.numeric(VarCorr(fit)$school))
  put(paste("mode", levels(data$school), "(Intercept)"), ranef(fit)$school[[1]])
  put(paste("modevar", levels(data$school), "(Intercept)"), condVar(fit)$school[[1]])
}
# The Laplace approximation written out for all schools at once, with its Hessian by Richardson's differences in units of
# the standard errors without schools: negative(t) is minus the log-likelihood.
optimum <- function(start, units, negative) {
  t <- nlminb(start, negative, control = list(rel.tol = 1e-15, eval.max = 5000, iter.max = 1000), scale = 1 / units)$par
  one <- rep(1, length(t))
  for (i in 1:4) {
    f <- function(z) negative(t + units * (z - 1))
    G <- numDeriv::grad(f, one, method.args = list(r = 4, d = 0.2)) / units
    H <- numDeriv::hessian(f, one, method.args = list(r = 4, d = 0.8)) / outer(units, units)
    s <- solve(H, G); t <- t - s
    if (max(abs(s / units)) < 1e-8) break
  }
  list(t = t, se = sqrt(diag(solve(H))), value = negative(t))
}
J <- nlevels(data$school); g <- as.integer(data$school); w <- data$weight
if (a[1] == "laplace") {
  # A baseline-category logit with correlated school intercepts.
  X <- cbind(`(Intercept)` = 1, as.matrix(data[terms])); p <- ncol(X); m <- length(states) - 1
  Y <- outer(data$state, states[-1], "==") * 1
  places <- which(lower.tri(diag(m), TRUE), arr.ind = TRUE)
  modes <- matrix(0, J, m)
  pieces <- function(eta, b, L) {
    E <- exp(eta + (b %*% t(L))[g, , drop = FALSE]); P <- E / (1 + rowSums(E))
    G <- rowsum((Y - P) * w, g)
    H <- array(0, c(J, m, m))
    for (i in 1:m) for (k in 1:m) H[, i, k] <- rowsum(w * P[, i] * ((i == k) - P[, k]), g)
    l <- rowsum(w * (rowSums(Y * log(P)) - (1 - rowSums(Y)) * log1p(rowSums(E))), g)
    list(G = G, H = H, l = l)
  }
  negative <- function(t) {
    L <- matrix(0, m, m); L[places] <- t[p * m + seq_len(nrow(places))]
    eta <- X %*% matrix(t[1:(p * m)], p, m); b <- modes
    for (i in 1:50) {
      q <- pieces(eta, b, L); moved <- 0
      for (j in 1:J) {
        Hj <- diag(m) + t(L) %*% matrix(q$H[j, , ], m) %*% L
        s <- solve(Hj, t(L) %*% q$G[j, ] - b[j, ]); b[j, ] <- b[j, ] + s; moved <- max(moved, abs(s))
      }
      if (moved < 1e-9) break
    }
    modes <<- b
    q <- pieces(eta, b, L)
    halves <- sapply(1:J, function(j) determinant(diag(m) + t(L) %*% matrix(q$H[j, , ], m) %*% L)$modulus) / 2
    -sum(q$l) + sum(b^2) / 2 + sum(halves)
  }
  plain <- nnet::multinom(formula, data, weights = weight, trace = FALSE, Hess = TRUE)
  units <- c(sqrt(diag(vcov(plain))), rep(0.05, nrow(places)))
  fit <- optimum(c(as.vector(t(coef(plain))), diag(0.5, m)[places]), units, negative)
  put("loglik", -fit$value)
  names <- c(outer(colnames(X), states[-1], function(x, k) paste0(k, ":", x)))
  put(names, fit$t[1:(p * m)])
  put(paste("se", names), fit$se[1:(p * m)])
  L <- matrix(0, m, m); L[places] <- fit$t[-(1:(p * m))]
  S <- L %*% t(L)
  for (i in 1:m) for (k in 1:i) put(paste("variance", states[i + 1], if (k < i) states[k + 1]), S[i, k])
  u <- modes %*% t(L)
  for (i in 1:m) put(paste("mode", levels(data$school), states[i + 1]), u[, i])
}
if (a[1] == "ordered") {
  # An ordered logit with school intercepts.
  X <- as.matrix(data[terms]); p <- ncol(X); m <- length(states) - 1; k <- data$state + 1
  modes <- rep(0, J)
  negative <- function(t) {
    z <- c(-Inf, t[p + 1:m], Inf); sigma <- t[p + m + 1]; b <- modes
    if (is.unsorted(z, strictly = TRUE)) return(Inf)
    upper <- z[k + 1] - X %*% t[1:p]; lower <- z[k] - X %*% t[1:p]
    weight <- function(b) 1 + sigma^2 * rowsum(w * (dlogis(upper - sigma * b[g]) + dlogis(lower - sigma * b[g])), g)
    for (i in 1:100) {
      slope <- sigma * rowsum(w * (1 - plogis(upper - sigma * b[g]) - plogis(lower - sigma * b[g])), g) + b
      s <- slope / weight(b); b <- b - as.vector(s)
      if (max(abs(s)) < 1e-9) break
    }
    modes <<- b
    l <- sum(w * log(plogis(upper - sigma * b[g]) - plogis(lower - sigma * b[g])))
    -l + sum(b^2) / 2 + sum(log(weight(b))) / 2
  }
  plain <- MASS::polr(formula, data, weights = weight, Hess = TRUE)
  fit <- optimum(c(coef(plain), plain$zeta, 0.5), c(sqrt(diag(vcov(plain))), 0.05), negative)
  names <- c(terms, names(plain$zeta))
  put("loglik", -fit$value)
  put(names, fit$t[1:(p + m)])
  put(paste("se", names), fit$se[1:(p + m)])
  put("variance (Intercept)", fit$t[p + m + 1]^2)
  put(paste("mode", levels(data$school), "(Intercept)"), modes * fit$t[p + m + 1])
}
