# Rscript survey_analysis.R PART FOLDER
#   PART is tables, regressions, counts, correlations or polychoric; FOLDER holds the api files of R survey.
#   Prints name, tab, value.
suppressMessages(library(survey))
a <- commandArgs(TRUE)
put <- function(name, x) cat(name, "\t", trimws(format(as.numeric(x), digits = 17)), "\n", sep = "")
read <- function(name) read.csv(file.path(a[2], paste0("api/", name, ".csv")), stringsAsFactors = TRUE)
designs <- function() {
  d <- list(
    apiclus1 = svydesign(id = ~dnum, weights = ~pw, data = read("apiclus1"), fpc = ~fpc),
    apiclus1_replacement = svydesign(id = ~dnum, weights = ~pw, data = read("apiclus1")),
    apistrat = svydesign(id = ~1, strata = ~stype, weights = ~pw, data = read("apistrat"), fpc = ~fpc),
    apiclus2 = svydesign(id = ~dnum + snum, weights = ~pw, data = read("apiclus2"), fpc = ~fpc1 + fpc2))
  d$apiclus1_subset <- subset(d$apiclus1, meals > 30)
  d
}
if (a[1] == "tables") {
  d <- designs()
  for (name in names(d)) {
    for (pair in list(c("sch.wide", "stype"), c("stype", "yr.rnd"), c("awards", "comp.imp"))) {
      if (name == "apistrat" && pair[1] == "stype") next
      f <- as.formula(paste("~", pair[1], "+", pair[2]))
      if (any(is.na(d[[name]]$variables[pair]))) next
      for (s in c("F", "Chisq", "Wald", "adjWald")) {
        t <- svychisq(f, d[[name]], statistic = s)
        key <- paste(name, pair[1], pair[2], s)
        put(paste(key, "statistic"), t$statistic)
        put(paste(key, "p"), t$p.value)
        put(paste(key, "df1"), t$parameter[1])
        if (s != "Chisq") put(paste(key, "df2"), t$parameter[2])
        if (s == "F") second <- t
      }
      # lincom needs CompQuadForm. The tail of two weighted squares is an integral over their angle instead: their sum d1 + d2 and sum of
      # squares follow from the parameters and statistics above.
      if (length(table(d[[name]]$variables[[pair[1]]])) * length(table(d[[name]]$variables[[pair[2]]])) == 6) {
        t <- svychisq(f, d[[name]], statistic = "Chisq"); total <- t$statistic / second$statistic
        gap <- sqrt(2 * total^2 / second$parameter[1] - total^2); a1 <- (total + gap) / 2; a2 <- (total - gap) / 2
        h <- function(v) pf(t$statistic / (2 * (a1 * cos(v)^2 + a2 * sin(v)^2)), 2, second$parameter[2], lower.tail = FALSE)
        put(paste(name, pair[1], pair[2], "lincom p"), 2 / pi * integrate(h, 0, pi / 2, rel.tol = 1e-12)$value)
      }
    }
    by <- svyby(~I(as.numeric(sch.wide == "Yes")), ~stype, d[[name]], svymean, covmat = TRUE)
    types <- levels(d[[name]]$variables$stype)
    for (i in 2:3) {
      k <- svycontrast(by, setNames(c(1, -1), types[c(i, 1)]))
      put(paste(name, "contrast", i - 1), k); put(paste(name, "contrast se", i - 1), SE(k))
    }
  }
}
if (a[1] == "regressions") {
  d <- designs()

  tight <- glm.control(epsilon = 1e-15, maxit = 200)
  for (name in names(d)) for (family in c("linear", "logistic")) {
    fam <- if (family == "linear") gaussian() else quasibinomial()
    f <- if (family == "linear") api00 ~ ell + meals + mobility + stype else I(sch.wide == "Yes") ~ ell + meals + mobility
    g <- svyglm(f, d[[name]], family = fam, control = tight)
    v <- vcov(g)
    for (i in seq_along(coef(g))) {
      put(paste(name, family, "coefficient", i), coef(g)[i])
      put(paste(name, family, "se", i), sqrt(v[i, i]))
      for (j in seq_len(i - 1)) put(paste(name, family, "covariance", i, j), v[i, j])
    }
    put(paste(name, family, "df"), g$df.residual)
    t <- regTermTest(g, ~ ell + meals)
    put(paste(name, family, "F"), t$Ftest); put(paste(name, family, "p"), t$p)
  }
}
if (a[1] == "regressions") {
  r <- as.svrepdesign(designs()$apiclus1_replacement, type = "JK1", mse = TRUE)
  g <- svyglm(I(sch.wide == "Yes") ~ ell + meals, r, family = quasibinomial(), control = tight)
  for (i in 1:3) { put(paste("jackknife coefficient", i), coef(g)[i]); put(paste("jackknife se", i), SE(g)[i]) }
  put("jackknife df", g$df.residual)
}
if (a[1] == "counts") {
  tab <- rbind(c(12, 5, 7), c(3, 18, 9), c(8, 8, 30), c(4, 2, 11))
  t <- suppressWarnings(chisq.test(tab, correct = FALSE))
  put("independence X2", t$statistic); put("independence p", t$p.value); put("independence df", t$parameter)
  e <- t$expected; put("independence G2", 2 * sum(tab * log(tab / e)))
  t <- chisq.test(c(51, 55, 45), p = c(118, 135, 89) / 342)
  put("municipalities X2", t$statistic); put("municipalities p", t$p.value)
  t <- chisq.test(rbind(c(51, 55, 45), c(118, 135, 89) - c(51, 55, 45)), correct = FALSE)
  put("municipalities corrected X2", t$statistic); put("municipalities corrected p", t$p.value)
  t <- prop.trend.test(c(15, 10, 5, 9), c(30, 30, 30, 40)); put("trend X2", t$statistic); put("trend p", t$p.value)
  t <- prop.trend.test(c(15, 10, 5, 9), c(30, 30, 30, 40), score = c(0, 1, 2.5, 7))
  put("trend scores X2", t$statistic); put("trend scores p", t$p.value)
  d <- designs()
  for (name in names(d)) {
    g <- svyglm(I(as.numeric(sch.wide == "Yes")) ~ as.numeric(stype), d[[name]])
    put(paste(name, "trend slope"), coef(g)[2])
    p <- svyby(~I(as.numeric(sch.wide == "Yes")), ~stype, d[[name]], svymean, covmat = TRUE)
    v <- vcov(p); s <- c(1, 2, 3); n <- as.numeric(table(d[[name]]$variables$stype)); s <- s - sum(n * s) / sum(n)
    k <- n * s / sum(n * s^2)
    put(paste(name, "trend contrast"), sum(k * coef(p))); put(paste(name, "trend contrast se"), sqrt(k %*% v %*% k))
  }
  p <- c(0.01, 0.04, 0.03, NA, 0.005, 0.5, 0.04, 1, 0.02)
  for (m in c("bonferroni", "holm", "hochberg", "BH")) {
    q <- p.adjust(p, m); for (i in which(!is.na(p))) put(paste("adjust", m, i), q[i])
  }
  # The R-indicator by its formulas, from glm: 2 variables, 6 cells, 3,000 asked of 12,000.
  cells <- expand.grid(sector = factor(1:2), size = factor(1:3))
  units <- c(400, 700, 300, 800, 500, 300); answers <- c(250, 380, 210, 390, 200, 110)
  g <- glm(cbind(answers, units - answers) ~ sector + size, binomial, cells, control = glm.control(epsilon = 1e-15, maxit = 100))
  x <- model.matrix(g); rho <- fitted(g); n <- sum(units); N <- 12000
  m <- sum(units * rho) / n; S2 <- sum(units * (rho - m)^2) / (n - 1)
  z <- x * (rho * (1 - rho)); V <- solve(t(x) %*% (x * (units * rho * (1 - rho))))
  bias <- sum(units * rowSums((z %*% V) * z)) / n
  adj <- (1 + 1 / n - 1 / N) * S2 - bias
  zc <- sweep(z, 2, colSums(units * z) / n); A <- 2 * t(zc * units / n) %*% (rho - m); B <- t(zc * units / n) %*% zc
  sq <- (rho - m)^2; var <- t(A) %*% V %*% A + 2 * sum(diag(B %*% V %*% B %*% V)) +
    (1 - n / N) / n * sum(units * (sq - sum(units * sq) / n)^2) / (n - 1)
  put("R unadjusted", 1 - 2 * sqrt(S2)); put("R", 1 - 2 * sqrt(adj)); put("R se", sqrt(var) / sqrt(adj))
  # All six cells, all asked: mean squared error by simulation of the response, for the size of the standard error only.
  set.seed(1); p <- answers / units
  R <- replicate(5000, { y <- rbinom(6, units, p) / units; mm <- sum(units * y) / n
    1 - 2 * sqrt(max(0, sum(units * (y - mm)^2) / (n - 1) - sum(y * (1 - y)) / n)) })
  put("simulated R", mean(R)); put("simulated R se", sd(R))
}
if (a[1] == "correlations") {
  d <- designs()
  for (name in names(d)) {
    x <- d[[name]]$variables$api00; y <- d[[name]]$variables$ell
    v <- svyvar(~api00 + ell, d[[name]]); V <- vcov(v); s <- as.numeric(v[1:2, 1:2])
    r <- s[2] / sqrt(s[1] * s[4]); g <- c(-r / (2 * s[1]), 1 / (2 * sqrt(s[1] * s[4])), 1 / (2 * sqrt(s[1] * s[4])), -r / (2 * s[4]))
    put(paste(name, "pearson"), r); put(paste(name, "pearson se"), sqrt(t(g) %*% V %*% g))
    put(paste(name, "spearman unweighted"), cor(x, y, method = "spearman"))
    put(paste(name, "kendall unweighted"), cor(x, y, method = "kendall"))
  }
}
if (a[1] == "polychoric") {
  suppressMessages(library(polycor))
  tab <- function(n, rho, cx, cy, seed) { set.seed(seed); x <- rnorm(n); y <- rho * x + sqrt(1 - rho^2) * rnorm(n)
    table(cut(x, c(-Inf, cx, Inf)), cut(y, c(-Inf, cy, Inf))) }
  tables <- list(a = tab(500, 0.5, c(-1, 0, 1), c(-0.5, 0.7), 1), b = tab(2000, -0.8, c(-1.5, -0.5, 0.5, 1.2), c(-1, 0, 0.5, 1.5), 2),
                 c = tab(300, 0.2, 0.3, -0.4, 3), d = tab(4000, 0.95, c(-1, 0, 1), c(-1, 0, 1), 4))
  for (name in names(tables)) {
    t <- tables[[name]]; put(paste(name, "rows"), nrow(t)); put(paste(name, "columns"), ncol(t))
    for (i in seq_along(t)) put(paste(name, "cell", i), t[i])
    p <- polychor(t, ML = FALSE, std.err = TRUE)
    put(paste(name, "two-step"), p$rho); put(paste(name, "two-step se"), sqrt(p$var[1, 1]))
    # polychor's own optimiser stops early: the likelihood is taken on with tight tolerances.
    p <- polychor(t, ML = TRUE, std.err = TRUE)
    put(paste(name, "ml polychor"), p$rho); put(paste(name, "ml polychor se"), sqrt(p$var[1, 1]))
    if (prod(dim(t)) > sum(dim(t))) { put(paste(name, "ml chisq"), p$chisq); put(paste(name, "ml df"), p$df) }
    f <- function(q) { rc <- q[2:nrow(t)]; cc <- q[(nrow(t) + 1):length(q)]
      if (abs(q[1]) >= 1 || any(diff(rc) <= 0) || any(diff(cc) <= 0)) return(1e10)
      -sum(t * log(pmax(1e-300, polycor:::binBvn(q[1], rc, cc)))) }
    q <- c(p$rho, p$row.cuts, p$col.cuts)
    for (k in 1:2) q <- nlminb(q, f, control = list(rel.tol = 1e-15, x.tol = 1e-12, eval.max = 5000, iter.max = 5000))$par
    put(paste(name, "ml se"), sqrt(solve(optimHess(q, f, control = list(ndeps = rep(1e-4, length(q)))))[1, 1]))
    m <- qnorm(cumsum(rowSums(t)) / sum(t))[-nrow(t)]; k <- qnorm(cumsum(colSums(t)) / sum(t))[-ncol(t)]
    h <- function(r) f(c(r, m, k)); r <- optimise(h, q[1] + c(-0.02, 0.02), tol = 1e-10)$minimum
    put(paste(name, "two-step polished se"), sqrt(1 / optimHess(r, h, control = list(ndeps = 1e-4))[1, 1]))
    put(paste(name, "ml"), q[1]); put(paste(name, "ml cut 1"), q[2])
  }
  for (rho in c(-0.999, -0.95, -0.5, 0, 0.3, 0.85, 0.91, 0.94, 0.99, 0.9999)) for (x in c(-3, -1, 0.2, 2)) for (y in c(-2.5, -1.0001, 0.2, 1.5)) {
    put(paste("cdf", rho, x, y), mvtnorm::pmvnorm(upper = c(x, y), corr = matrix(c(1, rho, rho, 1), 2), algorithm = mvtnorm::TVPACK(1e-15)))
  }
}
